import type { Evidence } from '../model/fault.ts';
import type { PlannedFault, Trigger } from '../model/plan.ts';

type Said = (options: PlannedFault['options'], trigger: Trigger) => string;

/** What each fault does, as a clause; its code and its moment are added. */
const DEEDS: Readonly<Record<string, Said>> = {
  F1: ({ ms }, trigger) => `${messageOf(trigger)} is ${ms} ms late`,
  F3: (_, trigger) => `${messageOf(trigger)} is overtaken by another`,
  F4: (_, trigger) => `${messageOf(trigger)} is lost`,
  F5: (_, trigger) => `${messageOf(trigger)} is lost`,
  F8: ({ form }, trigger) =>
    form === 'probe' ? `${callOf(trigger)} is sent once more on purpose` : `${messageOf(trigger)} arrives twice`,
  F9: (_, trigger) => `the agent of ${callOf(trigger)} loses its patience`,
  F12: ({ torn }) => (torn === true ? 'the server is killed in the middle of a write' : 'the server is killed'),
  F13: ({ deadlineMs }) => `the server is asked to end within ${deadlineMs} ms`,
  F14: ({ forMs }) => `the server stands still for ${forMs} ms`,
  F20: ({ form, ms, forMs }) =>
    form === 'slow' ? `the store is ${ms} ms slower for ${forMs} ms` : `the store fails now and then for ${forMs} ms`,
  F22: ({ forMs }) => `the store is full for ${forMs} ms`,
  F23: ({ ms }) => `the wall clock jumps by ${ms} ms`,
  F26: (_, trigger) =>
    'call' in trigger ? `the connection of the agent of call ${trigger.call} ends` : 'all connections end',
  F28: (_, trigger) => `the cancel of ${callOf(trigger)} is aimed at its end`,
  F31: ({ afterMs }, trigger) => `a platform gives ${messageOf(trigger)} ${afterMs} ms`,
};

/** "the server is killed 3 ms after the commit of call 1 (F12)" */
export function faultSentence({ fault, name, options, trigger }: PlannedFault, evidence: Evidence): string {
  const deed = DEEDS[fault]?.(options, withStruck(trigger, evidence)) ?? name;
  return `${deed}${momentOf(trigger)} (${fault})`;
}

/** A fault on many messages names the one it struck first. */
function withStruck(trigger: Trigger, { op, call }: Evidence): Trigger {
  if (trigger.kind !== 'messages' || typeof op !== 'string' || typeof call !== 'number') return trigger;
  const { direction } = trigger;
  if (direction === 'both' || !isOperation(op)) return trigger;
  return { kind: 'message', direction, op, call, attempt: 1 };
}

function isOperation(op: string): op is Extract<Trigger, { kind: 'message' }>['op'] {
  return ['create', 'get', 'result', 'update', 'cancel', 'list', 'listen'].includes(op);
}

function messageOf(trigger: Trigger): string {
  if (trigger.kind === 'messages') {
    const what = trigger.direction === 'both' ? 'message' : trigger.direction;
    return `every ${what} with a chance of ${trigger.probability}`;
  }
  if (trigger.kind !== 'message') return 'a message';
  const { direction, op, call, attempt } = trigger;
  const which = attempt === 1 ? '' : ` ${attempt}`;
  return `the ${direction} ${direction === 'reply' ? 'to' : 'of'} ${op}${which} of call ${call}`;
}

function callOf(trigger: Trigger): string {
  return 'call' in trigger ? `call ${trigger.call}` : 'a call';
}

const MOMENTS: Readonly<Record<string, (call: number) => string>> = {
  'create-sent': (call) => `call ${call} was sent`,
  'create-answered': (call) => `the receipt of call ${call} left the server`,
  acked: (call) => `the receipt of call ${call}`,
  begin: (call) => `the work of call ${call} began`,
  commit: (call) => `the commit of call ${call}`,
  'input-required-seen': (call) => `the question of call ${call} was seen`,
  'terminal-seen': (call) => `the end of call ${call} was seen`,
};

function momentOf(trigger: Trigger): string {
  if (trigger.kind === 'boundary') return ` after event ${trigger.after}`;
  if (trigger.kind !== 'event') return '';
  const after = trigger.ms === 0 ? ' right after' : ` ${trigger.ms} ms after`;
  const held = trigger.hold === true ? ', its receipt held back' : '';
  return `${after} ${MOMENTS[trigger.on]?.(trigger.call) ?? `${trigger.on} of call ${trigger.call}`}${held}`;
}
