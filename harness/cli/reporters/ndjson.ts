import type { Reporter } from './reporter.ts';

/** Lines on stdout: `{"type":"start","plan":…}`, `{"type":"event","scenario":…,"event":…}` …, `{"type":"verdict",…}`. */
export const ndjson: Reporter = {
  meta: {
    id: 'ndjson',
    title: 'NDJSON',
    description: 'Streams plan, history events and verdict of each run to stdout, one JSON object a line.',
    ownsStdout: true,
  },
  create({ output }) {
    const write = (value: unknown) => output.result(JSON.stringify(value));
    return {
      onStart: (plan) => write({ type: 'start', plan }),
      onEvent: ({ scenario, seed }, event) => write({ type: 'event', scenario, seed, event }),
      onVerdict: ({ directory, verdict }) => write({ type: 'verdict', directory, verdict }),
    };
  },
};
