/**
 * The situations a scenario can demand to reach (`mustReach`), and which every verdict counts.
 *
 * To add one: write a Situation in situations/ beside its family, with a noun as id and a title that says what happened; add
 * its line here, in alphabetical order of ids; add a history that reaches it and one that nearly does to situations.test.ts.
 */
import * as inputs from './situations/inputs.ts';
import * as kills from './situations/kills.ts';
import * as messages from './situations/messages.ts';
import * as replicas from './situations/replicas.ts';
import type { Situation } from './situations/situation.ts';
import * as trespasses from './situations/trespasses.ts';
import * as work from './situations/work.ts';

export type { Situation } from './situations/situation.ts';

export const situations: Readonly<Record<string, Situation>> = {
  'cancel-lost': work.cancelLost,
  'cancel-won': work.cancelWon,
  'circuit-closed-again': work.circuitClosedAgain,
  'circuit-refused': work.circuitRefused,
  'concurrent-tasks': work.concurrentTasks,
  'drain-with-work-in-flight': kills.drainWithWorkInFlight,
  'duplicate-delivered': messages.duplicateDelivered,
  'duplicate-probe-answered': messages.duplicateProbeAnswered,
  'effect-before-lost-receipt': messages.effectBeforeLostReceipt,
  'effects-observed': kills.effectsObserved,
  'every-operation-answered': work.everyOperationAnswered,
  'expiry-seen': messages.expirySeen,
  'fault-overlaps-work': kills.faultOverlapsWork,
  'gateway-gave-up': messages.gatewayGaveUp,
  'input-over-restart': inputs.inputOverRestart,
  'input-required': inputs.inputRequired,
  'kill-after-ack': kills.killAfterAck,
  'kill-between-effect-commit-and-ack': kills.killBetweenEffectCommitAndAck,
  'kill-mid-work': kills.killMidWork,
  'lost-receipt-retried': messages.lostReceiptRetried,
  'out-of-order-completion': work.outOfOrderCompletion,
  'poll-refused': messages.pollRefused,
  'read-served-by-later-boot': kills.readServedByLaterBoot,
  'read-through-another-process': replicas.readThroughAnotherProcess,
  'result-after-moving-on': work.resultAfterMovingOn,
  'several-tasks-per-agent': work.severalTasksPerAgent,
  'store-lost-a-task': kills.storeLostATask,
  'trespass-answered': trespasses.trespassAnswered,
  'work-taken-over': replicas.workTakenOver,
};
