import type { Command } from './command.ts';

/**
 * In the order of the help text; each is loaded when it is asked for, since all of them together take longer to load than most
 * of them to run. To add one: write `<name>.ts` beside this file, exporting a Command of that name; add its line here.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).run,
  simulate: async () => (await import('./simulate.ts')).simulate,
  load: async () => (await import('./load.ts')).load,
  generate: async () => (await import('./generate.ts')).generate,
  explore: async () => (await import('./explore.ts')).explore,
  compare: async () => (await import('./compare.ts')).compare,
  gate: async () => (await import('./gate.ts')).gate,
  calibrate: async () => (await import('./calibrate.ts')).calibrate,
  check: async () => (await import('./check.ts')).check,
  report: async () => (await import('./report.ts')).report,
  replay: async () => (await import('./replay.ts')).replay,
  audit: async () => (await import('./audit.ts')).audit,
  prove: async () => (await import('./prove.ts')).prove,
  interpose: async () => (await import('./interpose.ts')).interpose,
  eval: async () => (await import('./eval.ts')).evaluate,
  list: async () => (await import('./list.ts')).list,
  init: async () => (await import('./init.ts')).init,
  serve: async () => (await import('./serve.ts')).serve,
  services: async () => (await import('./services.ts')).services,
  bench: async () => (await import('./bench.ts')).bench,
};
