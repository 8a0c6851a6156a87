import { bench } from './bench.ts';
import { calibrate } from './calibrate.ts';
import { check } from './check.ts';
import type { Command } from './command.ts';
import { compare } from './compare.ts';
import { explore } from './explore.ts';
import { list } from './list.ts';
import { prove } from './prove.ts';
import { replay } from './replay.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import { serve } from './serve.ts';
import { services } from './services.ts';
import { simulate } from './simulate.ts';

/** In the order of the help text. To add one: write `<name>.ts` beside this file, exporting a Command; add it here. */
export const COMMANDS: readonly Command[] = [
  run,
  simulate,
  explore,
  compare,
  calibrate,
  check,
  report,
  replay,
  prove,
  list,
  serve,
  services,
  bench,
];

/** Commands that are announced and not part of this version. */
export const LATER: readonly string[] = ['gate', 'load', 'eval', 'audit', 'init', 'interpose'];
