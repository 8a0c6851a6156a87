// Every measure of an agent.
//
// To add one: write `<id>.ts` beside this file, exporting one Measure whose `meta.id` is the file's name; import it here and
// add its line below; in `measures.test.ts` show an episode that moves it and one that does not. Return null where an episode
// holds no case of it: what did not come up is no success.

import type { Measure } from '../../model/evaluation/measure.ts';
import { entry, type Registry } from '../../model/registry.ts';
import { ackLatency } from './ack-latency.ts';
import { agentPollsPerJob } from './agent-polls-per-job.ts';
import { anytimeScore } from './anytime-score.ts';
import { assumedResults } from './assumed-results.ts';
import { bindingAccuracy } from './binding-accuracy.ts';
import { blindWait } from './blind-wait.ts';
import { bound } from './bound.ts';
import { claimHonesty } from './claim-honesty.ts';
import { continuationsCorrect } from './continuations-correct.ts';
import { continuationsDuplicated } from './continuations-duplicated.ts';
import { continuationsLate } from './continuations-late.ts';
import { continuationsLost } from './continuations-lost.ts';
import { continuationsMisrouted } from './continuations-misrouted.ts';
import { continuationsStale } from './continuations-stale.ts';
import { correctEfficiency } from './correct-efficiency.ts';
import { crossTask } from './cross-task.ts';
import { dependencyViolations } from './dependency-violations.ts';
import { detectionLag } from './detection-lag.ts';
import { duplicateCreates } from './duplicate-creates.ts';
import { duplicateDeliveries } from './duplicate-deliveries.ts';
import { duplicateEffects } from './duplicate-effects.ts';
import { environment } from './environment.ts';
import { fanOutShare } from './fan-out-share.ts';
import { funcF1 } from './func-f1.ts';
import { idleUse } from './idle-use.ts';
import { idsAfterCrash } from './ids-after-crash.ts';
import { informativePolls } from './informative-polls.ts';
import { interleavingEfficiency } from './interleaving-efficiency.ts';
import { intervalCompliance } from './interval-compliance.ts';
import { inversionDegree } from './inversion-degree.ts';
import { justifiedSwitches } from './justified-switches.ts';
import { lostJobs } from './lost-jobs.ts';
import { makespan } from './makespan.ts';
import { misreadOutcomes } from './misread-outcomes.ts';
import { paramF1 } from './param-f1.ts';
import { pollsAfterKnow } from './polls-after-know.ts';
import { pollsPerJob } from './polls-per-job.ts';
import { prematureClaims } from './premature-claims.ts';
import { prematureContinuations } from './premature-continuations.ts';
import { progressAtReference } from './progress-at-reference.ts';
import { referenceTime } from './reference-time.ts';
import { resultLatency } from './result-latency.ts';
import { resultsAfterCrash } from './results-after-crash.ts';
import { resumeLag } from './resume-lag.ts';
import { sameTaskStreak } from './same-task-streak.ts';
import { scheduleLengthRatio } from './schedule-length-ratio.ts';
import { serialTime } from './serial-time.ts';
import { speedUp } from './speed-up.ts';
import { stalledWaits } from './stalled-waits.ts';
import { structuralIdle } from './structural-idle.ts';
import { subTask } from './sub-task.ts';
import { successAfterCrash } from './success-after-crash.ts';
import { switchRate } from './switch-rate.ts';
import { task } from './task.ts';
import { taskNeglect } from './task-neglect.ts';
import { thrash } from './thrash.ts';
import { trajectory } from './trajectory.ts';
import { trajectorySoft } from './trajectory-soft.ts';
import { unclaimedJobs } from './unclaimed-jobs.ts';
import { unknownOutcomes } from './unknown-outcomes.ts';
import { usefulPolls } from './useful-polls.ts';
import { waitingBillShare } from './waiting-bill-share.ts';
import { waitingTokenShare } from './waiting-token-share.ts';
import { waitingTokens } from './waiting-tokens.ts';
import { wrongInstance } from './wrong-instance.ts';

export const measures: Registry<Measure> = {
  'func-f1': entry(funcF1),
  'param-f1': entry(paramF1),
  trajectory: entry(trajectory),
  'trajectory-soft': entry(trajectorySoft),
  environment: entry(environment),
  'sub-task': entry(subTask),
  task: entry(task),
  makespan: entry(makespan),
  'serial-time': entry(serialTime),
  bound: entry(bound),
  'reference-time': entry(referenceTime),
  'interleaving-efficiency': entry(interleavingEfficiency),
  'correct-efficiency': entry(correctEfficiency),
  'schedule-length-ratio': entry(scheduleLengthRatio),
  'speed-up': entry(speedUp),
  'idle-use': entry(idleUse),
  'blind-wait': entry(blindWait),
  'structural-idle': entry(structuralIdle),
  'progress-at-reference': entry(progressAtReference),
  'anytime-score': entry(anytimeScore),
  'fan-out-share': entry(fanOutShare),
  'same-task-streak': entry(sameTaskStreak),
  'switch-rate': entry(switchRate),
  'justified-switches': entry(justifiedSwitches),
  thrash: entry(thrash),
  'polls-per-job': entry(pollsPerJob),
  'agent-polls-per-job': entry(agentPollsPerJob),
  'useful-polls': entry(usefulPolls),
  'informative-polls': entry(informativePolls),
  'polls-after-know': entry(pollsAfterKnow),
  'interval-compliance': entry(intervalCompliance),
  'ack-latency': entry(ackLatency),
  'result-latency': entry(resultLatency),
  'detection-lag': entry(detectionLag),
  'resume-lag': entry(resumeLag),
  'waiting-tokens': entry(waitingTokens),
  'waiting-token-share': entry(waitingTokenShare),
  'waiting-bill-share': entry(waitingBillShare),
  'binding-accuracy': entry(bindingAccuracy),
  'cross-task': entry(crossTask),
  'wrong-instance': entry(wrongInstance),
  'dependency-violations': entry(dependencyViolations),
  'premature-continuations': entry(prematureContinuations),
  'assumed-results': entry(assumedResults),
  'premature-claims': entry(prematureClaims),
  'continuations-correct': entry(continuationsCorrect),
  'continuations-lost': entry(continuationsLost),
  'continuations-late': entry(continuationsLate),
  'continuations-duplicated': entry(continuationsDuplicated),
  'continuations-misrouted': entry(continuationsMisrouted),
  'continuations-stale': entry(continuationsStale),
  'task-neglect': entry(taskNeglect),
  'unclaimed-jobs': entry(unclaimedJobs),
  'lost-jobs': entry(lostJobs),
  'stalled-waits': entry(stalledWaits),
  'inversion-degree': entry(inversionDegree),
  'duplicate-creates': entry(duplicateCreates),
  'duplicate-effects': entry(duplicateEffects),
  'duplicate-deliveries': entry(duplicateDeliveries),
  'unknown-outcomes': entry(unknownOutcomes),
  'misread-outcomes': entry(misreadOutcomes),
  'claim-honesty': entry(claimHonesty),
  'ids-after-crash': entry(idsAfterCrash),
  'results-after-crash': entry(resultsAfterCrash),
  'success-after-crash': entry(successAfterCrash),
};
