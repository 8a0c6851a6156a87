// The parts of a report, in the order in which they are read.
//
// To add one: write `<id>.ts` beside this file, exporting one Section; import it here and add its line where it belongs. A
// section gets one run and gives markup, or null when this run has nothing to show for it. `html` escapes what it is given.

import type { Section } from '../report-run.ts';
import { checksSection } from './checks.ts';
import { contextSection } from './context.ts';
import { driftSection } from './drift.ts';
import { environmentSection } from './environment.ts';
import { fatesSection } from './fates.ts';
import { faultsSection } from './faults.ts';
import { glossarySection } from './glossary.ts';
import { honestySection } from './honesty.ts';
import { latencySection } from './latency.ts';
import { loadSection } from './load.ts';
import { messageDiagramSection } from './message-diagram.ts';
import { numbersSection } from './numbers.ts';
import { percentilesSection } from './percentiles.ts';
import { pollingSection } from './polling.ts';
import { recoverySection } from './recovery.ts';
import { replaySection } from './replay.ts';
import { serverSection } from './server.ts';
import { thresholdsSection } from './thresholds.ts';
import { timelineSection } from './timeline.ts';
import { trendSection } from './trend.ts';
import { verdictSection } from './verdict.ts';
import { witnessesSection } from './witnesses.ts';

export const sections: readonly Section[] = [
  verdictSection,
  witnessesSection,
  fatesSection,
  checksSection,
  thresholdsSection,
  faultsSection,
  recoverySection,
  messageDiagramSection,
  timelineSection,
  loadSection,
  latencySection,
  percentilesSection,
  pollingSection,
  driftSection,
  contextSection,
  numbersSection,
  trendSection,
  serverSection,
  replaySection,
  honestySection,
  environmentSection,
  glossarySection,
];
