// The parts of the report of an evaluation, in the order in which they are read.
//
// To add one: write `<id>.ts` beside this file, exporting one EvaluationSection; import it here and add its line where it
// belongs. A section gets what an evaluation left and gives markup, or null when there is nothing to show for it.

import type { EvaluationSection } from '../../evaluation-input.ts';
import { baselineSection } from './baseline.ts';
import { crashesSection } from './crashes.ts';
import { failuresSection } from './failures.ts';
import { gapsSection } from './gaps.ts';
import { instancesSection } from './instances.ts';
import { lawsSection } from './laws.ts';
import { measuresSection } from './measures.ts';
import { modelSection } from './model.ts';
import { overviewSection } from './overview.ts';
import { robustnessSection } from './robustness.ts';
import { scoresSection } from './scores.ts';
import { timeSection } from './time.ts';
import { timelinesSection } from './timelines.ts';

export const evaluationSections: readonly EvaluationSection[] = [
  overviewSection,
  modelSection,
  baselineSection,
  timeSection,
  gapsSection,
  robustnessSection,
  lawsSection,
  crashesSection,
  scoresSection,
  failuresSection,
  timelinesSection,
  instancesSection,
  measuresSection,
];
