// Every number a run is measured by.
//
// To add one: write `<id>.ts` beside this file, exporting one Metric whose `meta.id` is the file's name; import it here and
// add its line below; show what it gives for a hand-written history in `metrics.test.ts`. Return null where the history holds no
// evidence: a zero must mean that something was looked at.

import type { Metric } from '../model/metric.ts';
import { entry, type Registry } from '../model/registry.ts';
import { ackLatency } from './ack-latency.ts';
import { arrivalsPerSecond } from './arrivals-per-second.ts';
import { bindingAccuracy } from './binding-accuracy.ts';
import { callbackDeliveries } from './callback-deliveries.ts';
import { callbackLag } from './callback-lag.ts';
import { callbacksDoubled } from './callbacks-doubled.ts';
import { callbacksLost } from './callbacks-lost.ts';
import { clientTimeouts } from './client-timeouts.ts';
import { continuationsCorrect } from './continuations-correct.ts';
import { continuationsDuplicated } from './continuations-duplicated.ts';
import { continuationsLate } from './continuations-late.ts';
import { continuationsLost } from './continuations-lost.ts';
import { continuationsMisrouted } from './continuations-misrouted.ts';
import { createTime } from './create-time.ts';
import { detectionLag } from './detection-lag.ts';
import { duplicateContinuations } from './duplicate-continuations.ts';
import { duplicateCreates } from './duplicate-creates.ts';
import { duplicateEffects } from './duplicate-effects.ts';
import { duplicateKnows } from './duplicate-knows.ts';
import { endToEnd } from './end-to-end.ts';
import { eventLoopDelay } from './event-loop-delay.ts';
import { gatewayTimeouts } from './gateway-timeouts.ts';
import { generatorLateness } from './generator-lateness.ts';
import { healToAnswer } from './heal-to-answer.ts';
import { healToSettled } from './heal-to-settled.ts';
import { informativePolls } from './informative-polls.ts';
import { intervalCompliance } from './interval-compliance.ts';
import { inversionDegree } from './inversion-degree.ts';
import { orphansGhost } from './orphans-ghost.ts';
import { orphansPostCancel } from './orphans-post-cancel.ts';
import { orphansStuck } from './orphans-stuck.ts';
import { orphansUnclaimed } from './orphans-unclaimed.ts';
import { orphansUnreferenced } from './orphans-unreferenced.ts';
import { outOfOrderAccuracy } from './out-of-order-accuracy.ts';
import { policyLagError } from './policy-lag-error.ts';
import { policyPollsError } from './policy-polls-error.ts';
import { pollBurst } from './poll-burst.ts';
import { pollInterval } from './poll-interval.ts';
import { pollPeak } from './poll-peak.ts';
import { pollTokens } from './poll-tokens.ts';
import { polls } from './polls.ts';
import { pollsLimited } from './polls-limited.ts';
import { pollsPerTask } from './polls-per-task.ts';
import { queueWait } from './queue-wait.ts';
import { readTime } from './read-time.ts';
import { receiptsIgnored } from './receipts-ignored.ts';
import { recoveredDoubled } from './recovered-doubled.ts';
import { recoveredFailed } from './recovered-failed.ts';
import { recoveredKept } from './recovered-kept.ts';
import { recoveredLost } from './recovered-lost.ts';
import { recoveredZombie } from './recovered-zombie.ts';
import { recoveryTime } from './recovery-time.ts';
import { requestsGivenUp } from './requests-given-up.ts';
import { requestsPerSecond } from './requests-per-second.ts';
import { responseSurvival } from './response-survival.ts';
import { resultLatency } from './result-latency.ts';
import { resultsPerSecond } from './results-per-second.ts';
import { retries } from './retries.ts';
import { service } from './service.ts';
import { storeBytes } from './store-bytes.ts';
import { storeOperations } from './store-operations.ts';
import { tasksCancelled } from './tasks-cancelled.ts';
import { usefulPolls } from './useful-polls.ts';
import { wastedBytes } from './wasted-bytes.ts';

export const metrics: Registry<Metric> = {
  'ack-latency': entry(ackLatency),
  'create-time': entry(createTime),
  'read-time': entry(readTime),
  'queue-wait': entry(queueWait),
  service: entry(service),
  'detection-lag': entry(detectionLag),
  'end-to-end': entry(endToEnd),
  'response-survival': entry(responseSurvival),
  'client-timeouts': entry(clientTimeouts),
  'gateway-timeouts': entry(gatewayTimeouts),
  polls: entry(polls),
  'polls-per-task': entry(pollsPerTask),
  'polls-limited': entry(pollsLimited),
  'useful-polls': entry(usefulPolls),
  'informative-polls': entry(informativePolls),
  'poll-burst': entry(pollBurst),
  'poll-peak': entry(pollPeak),
  'interval-compliance': entry(intervalCompliance),
  'policy-polls-error': entry(policyPollsError),
  'policy-lag-error': entry(policyLagError),
  'wasted-bytes': entry(wastedBytes),
  'poll-tokens': entry(pollTokens),
  'orphans-stuck': entry(orphansStuck),
  'orphans-unclaimed': entry(orphansUnclaimed),
  'orphans-unreferenced': entry(orphansUnreferenced),
  'orphans-ghost': entry(orphansGhost),
  'orphans-post-cancel': entry(orphansPostCancel),
  'duplicate-creates': entry(duplicateCreates),
  'duplicate-effects': entry(duplicateEffects),
  'duplicate-knows': entry(duplicateKnows),
  'duplicate-continuations': entry(duplicateContinuations),
  'callback-deliveries': entry(callbackDeliveries),
  'callback-lag': entry(callbackLag),
  'callbacks-lost': entry(callbacksLost),
  'callbacks-doubled': entry(callbacksDoubled),
  'recovery-time': entry(recoveryTime),
  'recovered-kept': entry(recoveredKept),
  'recovered-failed': entry(recoveredFailed),
  'recovered-lost': entry(recoveredLost),
  'recovered-zombie': entry(recoveredZombie),
  'recovered-doubled': entry(recoveredDoubled),
  'heal-to-answer': entry(healToAnswer),
  'heal-to-settled': entry(healToSettled),
  'store-operations': entry(storeOperations),
  'store-bytes': entry(storeBytes),
  'binding-accuracy': entry(bindingAccuracy),
  'continuations-correct': entry(continuationsCorrect),
  'continuations-late': entry(continuationsLate),
  'continuations-lost': entry(continuationsLost),
  'continuations-duplicated': entry(continuationsDuplicated),
  'continuations-misrouted': entry(continuationsMisrouted),
  'inversion-degree': entry(inversionDegree),
  'out-of-order-accuracy': entry(outOfOrderAccuracy),
  'arrivals-per-second': entry(arrivalsPerSecond),
  'results-per-second': entry(resultsPerSecond),
  'requests-per-second': entry(requestsPerSecond),
  'generator-lateness': entry(generatorLateness),
  'event-loop-delay': entry(eventLoopDelay),
  retries: entry(retries),
  'result-latency': entry(resultLatency),
  'poll-interval': entry(pollInterval),
  'requests-given-up': entry(requestsGivenUp),
  'tasks-cancelled': entry(tasksCancelled),
  'receipts-ignored': entry(receiptsIgnored),
};
