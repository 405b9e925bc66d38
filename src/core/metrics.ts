/**
 * A port for counts and durations of a process. An implementation never throws and never waits, so measuring
 * something cannot make it fail.
 *
 * Names and labels follow Prometheus: `touchmark_http_requests_total`, base units (seconds, bytes). The values of a label come from
 * a small fixed set: never a digest, a repository or anything else that a client chooses.
 */

export interface MetricDefinition<Label extends string> {
  readonly name: string;
  /** One sentence that explains the metric. */
  readonly help: string;
  readonly labels: readonly Label[];
}

export type LabelValues<Label extends string> = Readonly<Record<Label, string>>;

/** A number that only increases. */
export interface Counter<Label extends string> {
  add(labels: LabelValues<Label>, by?: number): void;
}

/** A number that increases and decreases. */
export interface Gauge<Label extends string> {
  add(labels: LabelValues<Label>, by: number): void;
}

/** The distribution of values, such as durations in seconds. */
export interface Histogram<Label extends string> {
  observe(labels: LabelValues<Label>, value: number): void;
}

export interface HistogramDefinition<Label extends string> extends MetricDefinition<Label> {
  /** Upper bounds, ascending. */
  readonly buckets: readonly number[];
}

export interface Metrics {
  counter<Label extends string>(definition: MetricDefinition<Label>): Counter<Label>;
  gauge<Label extends string>(definition: MetricDefinition<Label>): Gauge<Label>;
  histogram<Label extends string>(definition: HistogramDefinition<Label>): Histogram<Label>;
}

/** A no-op implementation. */
export const noMetrics: Metrics = {
  counter: () => ({ add: () => undefined }),
  gauge: () => ({ add: () => undefined }),
  histogram: () => ({ observe: () => undefined }),
};
