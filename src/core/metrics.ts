/**
 * Counts and durations of what a process does: a port. An implementation never throws and never waits, so that measuring
 * something cannot make it fail.
 *
 * Names and labels are Prometheus's: `touchmark_http_requests_total`, base units (seconds, bytes). The values of a label come from
 * a small fixed set: never a digest, a repository or anything else that a client chooses.
 */

export interface MetricDefinition<Label extends string> {
  readonly name: string;
  /** One sentence for whoever reads the numbers. */
  readonly help: string;
  readonly labels: readonly Label[];
}

export type LabelValues<Label extends string> = Readonly<Record<Label, string>>;

/** A number that only grows. */
export interface Counter<Label extends string> {
  add(labels: LabelValues<Label>, by?: number): void;
}

/** A number that goes up and down. */
export interface Gauge<Label extends string> {
  add(labels: LabelValues<Label>, by: number): void;
}

/** How values are distributed, such as durations in seconds. */
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

/** Measures nothing. */
export const noMetrics: Metrics = {
  counter: () => ({ add: () => undefined }),
  gauge: () => ({ add: () => undefined }),
  histogram: () => ({ observe: () => undefined }),
};
