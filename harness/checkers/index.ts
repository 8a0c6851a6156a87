// Every invariant a history is judged by.
//
// To add one: write `<id>.ts` beside this file, exporting one Checker whose `meta.id` is the file's name, a noun for the failing
// state; list in `requires` what the history must hold before it can say true; import it here and add its line below; show
// the empty, the definite, the unclear and the similar legal history in `checkers.test.ts`; give it a broken server that it catches.

import type { Checker } from '../model/checker.ts';
import { entry, type Registry } from '../model/registry.ts';
import { brokenCancels } from './broken-cancels.ts';
import { brokenKeys } from './broken-keys.ts';
import { changedTerminal } from './changed-terminal.ts';
import { conservation } from './conservation.ts';
import { crossedKeys } from './crossed-keys.ts';
import { duplicateEffects } from './duplicate-effects.ts';
import { earlyExpiry } from './early-expiry.ts';
import { effectsAfterRefusal } from './effects-after-refusal.ts';
import { faultCoverage } from './fault-coverage.ts';
import { lateEffects } from './late-effects.ts';
import { leakedTasks } from './leaked-tasks.ts';
import { lostTasks } from './lost-tasks.ts';
import { malformedReplies } from './malformed-replies.ts';
import { missingEffects } from './missing-effects.ts';
import { phantomEffects } from './phantom-effects.ts';
import { repeatedIds } from './repeated-ids.ts';
import { repeatedQuestions } from './repeated-questions.ts';
import { shiftingDates } from './shifting-dates.ts';
import { slowRecovery } from './slow-recovery.ts';
import { statusRegress } from './status-regress.ts';
import { unequalPushes } from './unequal-pushes.ts';
import { unpairedReplies } from './unpaired-replies.ts';
import { unsettledTasks } from './unsettled-tasks.ts';
import { wrongResults } from './wrong-results.ts';

export const checkers: Registry<Checker> = {
  'broken-cancels': entry(brokenCancels),
  'broken-keys': entry(brokenKeys),
  'changed-terminal': entry(changedTerminal),
  conservation: entry(conservation),
  'crossed-keys': entry(crossedKeys),
  'duplicate-effects': entry(duplicateEffects),
  'early-expiry': entry(earlyExpiry),
  'effects-after-refusal': entry(effectsAfterRefusal),
  'fault-coverage': entry(faultCoverage),
  'late-effects': entry(lateEffects),
  'leaked-tasks': entry(leakedTasks),
  'lost-tasks': entry(lostTasks),
  'malformed-replies': entry(malformedReplies),
  'missing-effects': entry(missingEffects),
  'phantom-effects': entry(phantomEffects),
  'repeated-ids': entry(repeatedIds),
  'repeated-questions': entry(repeatedQuestions),
  'shifting-dates': entry(shiftingDates),
  'slow-recovery': entry(slowRecovery),
  'status-regress': entry(statusRegress),
  'unequal-pushes': entry(unequalPushes),
  'unpaired-replies': entry(unpairedReplies),
  'unsettled-tasks': entry(unsettledTasks),
  'wrong-results': entry(wrongResults),
};
