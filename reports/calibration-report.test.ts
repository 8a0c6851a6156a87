import { expect, test } from 'vitest';
import { CALIBRATION_SCHEMA, type Calibration, type CalibrationRow } from '../harness/model/calibration.ts';
import { VIRTUAL_DEFAULTS } from '../harness/model/plan.ts';
import { renderCalibration } from './calibration-report.ts';

const POLLS: CalibrationRow = {
  metric: 'polls',
  title: 'Polls',
  statistic: 'value',
  unit: 'requests',
  kind: 'count',
  real: [132, 132],
  median: 132,
  low: 132,
  high: 132,
  virtual: 133,
  difference: 1,
  verdict: 'differs',
};

const RECEIPTS: CalibrationRow = {
  metric: 'ack-latency',
  title: 'Ack latency',
  statistic: 'p50',
  unit: 'ms',
  kind: 'machine',
  real: [18, 20],
  median: 19,
  low: 18,
  high: 20,
  virtual: 9,
  difference: -10,
  verdict: 'explained',
  cause: 'virtual time charges no CPU <here>',
};

const NOTHING: CalibrationRow = {
  ...POLLS,
  metric: 'orphans-stuck',
  title: 'Stuck',
  real: [0, 0],
  median: 0,
  low: 0,
  high: 0,
  virtual: 0,
  difference: 0,
  verdict: 'equal',
};

const CALIBRATION: Calibration = {
  schema: CALIBRATION_SCHEMA,
  claimcheck: '0.1.0',
  startedAt: '2026-01-01T00:00:00.000Z',
  exitCode: 1,
  machine: VIRTUAL_DEFAULTS,
  comparisons: [
    {
      scenario: 'steady',
      seed: 1,
      target: { dialect: 'handle', transport: 'http', store: 'sqlite', agents: 20, calls: 60 },
      isFaultless: true,
      pollMarginMs: 500,
      directories: { real: ['out/real-1', 'out/real-2'], virtual: 'out/virtual' },
      agrees: false,
      exitCode: 1,
      noise: { timerMs: 2, floorMs: 0.8, exchangesAtOnce: 6, latenessMs: 11.1 },
      checks: [{ id: 'lost-tasks', title: 'Nothing is lost', real: [true, true], virtual: false, agrees: false }],
      rows: [POLLS, RECEIPTS, NOTHING],
      ties: [{ call: 7, poll: 2, run: 1, pollsReal: 3, pollsVirtual: 2, apartMs: 4 }],
    },
  ],
};

test('shows each number of both times with its verdict in words, its reason, and what was tied', () => {
  const text = renderCalibration(CALIBRATION, { script: null })
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
  expect(text).toContain('Calibration: is virtual time telling the truth?');
  expect(text).toContain('Polls polls 132 133 +1 ✕ differs');
  expect(text).toContain(
    'Ack latency, p50 ack-latency 19 ms 18 ms – 20 ms 9 ms -10 ms ✓ explained virtual time charges no CPU',
  );
  expect(text).toContain('Checks that come out differently: Nothing is lost.');
  expect(text).toContain('Call 7: 3 polls in real run 2, 2 polls in virtual time.');
  expect(text).toContain('1 count of samples or of nothing at all is equal in every run and left out.');
  expect(text).not.toContain('orphans-stuck');
});

test('what stands in a document is text, whatever it holds', () => {
  expect(renderCalibration(CALIBRATION, { script: null })).not.toContain('<here>');
});
