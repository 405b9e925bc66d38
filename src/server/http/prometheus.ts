/** Metrics in memory, written in Prometheus's text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). */
import type { HistogramDefinition, LabelValues, MetricDefinition, Metrics } from "../../core/metrics.ts";
import { serverLimits, type ServerLimits } from "./limits.ts";

type Kind = "counter" | "gauge" | "histogram";

/** The series of one combination of label values: a sum, and for a histogram the count of each bucket, the last one being +Inf. */
interface Series {
  readonly labels: string;
  sum: number;
  readonly counts: number[];
}

interface Metric {
  readonly kind: Kind;
  readonly definition: MetricDefinition<string>;
  readonly buckets: readonly number[];
  readonly series: Map<string, Series>;
}

export class PrometheusMetrics implements Metrics {
  readonly #metrics = new Map<string, Metric>();
  readonly #maxSeries: number;
  #dropped = 0;

  constructor({ metricSeries }: Pick<ServerLimits, "metricSeries"> = serverLimits) {
    this.#maxSeries = metricSeries;
  }

  counter<Label extends string>(definition: MetricDefinition<Label>): ReturnType<Metrics["counter"]> {
    const series = this.#metric("counter", definition);
    return { add: (labels, by = 1) => series(labels, (found) => (found.sum += Math.max(by, 0))) };
  }

  gauge<Label extends string>(definition: MetricDefinition<Label>): ReturnType<Metrics["gauge"]> {
    const series = this.#metric("gauge", definition);
    return { add: (labels, by) => series(labels, (found) => (found.sum += by)) };
  }

  histogram<Label extends string>(definition: HistogramDefinition<Label>): ReturnType<Metrics["histogram"]> {
    const { buckets } = definition;
    const series = this.#metric("histogram", definition, buckets);
    return {
      observe: (labels, value) =>
        series(labels, (found) => {
          const fits = buckets.findIndex((bound) => value <= bound);
          const bucket = fits === -1 ? buckets.length : fits;
          found.counts[bucket] = (found.counts[bucket] ?? 0) + 1;
          found.sum += value;
        }),
    };
  }

  /** Returns all metrics in the format of `/metrics`. */
  text(): string {
    const lines = [...this.#metrics.values()].flatMap(linesOf);
    const dropped = "touchmark_metrics_dropped_total";
    lines.push(`# HELP ${dropped} Measurements not kept, because a metric had too many series.`, `# TYPE ${dropped} counter`);
    return `${[...lines, `${dropped} ${this.#dropped}`].join("\n")}\n`;
  }

  /** Finds or creates the metric; returns a function that changes one of its series. A second definition of a name is ignored. */
  #metric(
    kind: Kind,
    definition: MetricDefinition<string>,
    buckets: readonly number[] = [],
  ): (values: LabelValues<string>, change: (series: Series) => void) => void {
    const { name, labels } = definition;
    const metric = this.#metrics.get(name) ?? { kind, definition, buckets, series: new Map<string, Series>() };
    this.#metrics.set(name, metric);
    return (values, change) => {
      const key = labels.map((label) => values[label] ?? "").join("\0");
      let series = metric.series.get(key);
      if (!series) {
        if (metric.series.size >= this.#maxSeries || metric.kind !== kind) {
          this.#dropped++;
          return;
        }
        series = { labels: labels.map((label) => `${label}="${escaped(values[label] ?? "")}"`).join(","), sum: 0, counts: [] };
        metric.series.set(key, series);
      }
      change(series);
    };
  }
}

function linesOf({ kind, definition: { name, help }, buckets, series }: Metric): readonly string[] {
  const samples = [...series.values()].flatMap((one) =>
    kind === "histogram" ? histogramLines(name, one, buckets) : [`${name}${braced(one.labels)} ${one.sum}`],
  );
  return [`# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`, `# TYPE ${name} ${kind}`, ...samples];
}

/** Buckets are cumulative: each counts all values up to its bound. */
function histogramLines(name: string, { labels, sum, counts }: Series, buckets: readonly number[]): readonly string[] {
  let total = 0;
  const lines = [...buckets.map(String), "+Inf"].map((bound, i) => {
    total += counts[i] ?? 0;
    return `${name}_bucket${braced([labels, `le="${bound}"`].filter(Boolean).join(","))} ${total}`;
  });
  return [...lines, `${name}_sum${braced(labels)} ${sum}`, `${name}_count${braced(labels)} ${total}`];
}

function braced(labels: string): string {
  return labels === "" ? "" : `{${labels}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
