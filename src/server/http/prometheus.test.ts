import assert from "node:assert/strict";
import { test } from "node:test";
import { PrometheusMetrics } from "./prometheus.ts";

test("counters, gauges and histograms are written in the text format", () => {
  const metrics = new PrometheusMetrics();
  const requests = metrics.counter({ name: "requests_total", help: "All\nof them.", labels: ["route"] });
  requests.add({ route: 'a"b\\c\n' });
  requests.add({ route: 'a"b\\c\n' }, 2);
  requests.add({ route: "x" }, -5);
  metrics.gauge({ name: "open", help: "Now.", labels: [] }).add({}, -1);
  const seconds = metrics.histogram({ name: "seconds", help: "Time.", labels: ["route"], buckets: [0.5, 1] });
  for (const value of [0.5, 0.75, 3]) seconds.observe({ route: "x" }, value);
  assert.equal(
    metrics.text(),
    `# HELP requests_total All\\nof them.
# TYPE requests_total counter
requests_total{route="a\\"b\\\\c\\n"} 3
requests_total{route="x"} 0
# HELP open Now.
# TYPE open gauge
open -1
# HELP seconds Time.
# TYPE seconds histogram
seconds_bucket{route="x",le="0.5"} 1
seconds_bucket{route="x",le="1"} 2
seconds_bucket{route="x",le="+Inf"} 3
seconds_sum{route="x"} 4.25
seconds_count{route="x"} 3
# HELP touchmark_metrics_dropped_total Measurements not kept, because a metric had too many series.
# TYPE touchmark_metrics_dropped_total counter
touchmark_metrics_dropped_total 0
`,
  );
});

test("a metric has at most a thousand series, and a name is one metric", () => {
  const metrics = new PrometheusMetrics();
  const definition = { name: "many_total", help: "Many.", labels: ["n"] } as const;
  const many = metrics.counter(definition);
  for (let n = 0; n < 1005; n++) many.add({ n: String(n) });
  metrics.counter(definition).add({ n: "0" });
  metrics.gauge(definition).add({ n: "another" }, 1);
  const text = metrics.text();
  assert.equal(text.match(/^many_total/gm)?.length, 1000);
  assert.match(text, /^many_total\{n="0"\} 2$/m);
  assert.match(text, /^touchmark_metrics_dropped_total 6$/m);
});
