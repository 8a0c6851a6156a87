import type { Gap, JudgedTool, LintRule } from './lint-rule.ts';
import { DURATION, RECEIPT, says } from './tool-text.ts';

const GIVES = /\b(returns?|answers?|responds?|gives?|repl(y|ies)|yields|starts?|hands)\b/i;
const NOW = /\b(now|at once|immediately|right away|instantly|straight away|without waiting|promptly)\b/i;
const RESULT = /\b(results?|outputs?|outcome)\b/i;
const LATER =
  /\b(later|afterwards|(once|when|after|as soon as) (it|the \w+|that) (is|has|are|was|ends?|finish\w*|complet\w*)|comes? from)\b/i;
const FETCHED =
  /\b(fetch\w*|retriev\w*|collect\w*|poll\w*|read|obtain\w*|get(?!-)|ask)\b.{0,60}\b(results?|outcome|output)\b/i;
const FETCHED_FROM = /\b(results?|outcome|output)\b.{0,60}\b(from|with|via|through|in|by calling) [`'"]?\w+[_/-]\w+/i;

const WAITS = /\b(waits?|waiting|blocks?|blocking|answers?|returns?|responds?|holds?|synchronous(ly)?)\b/i;
const UNTIL_DONE =
  /\bsynchronous(ly)?\b|\b(until|when|once|after)\b.{0,50}\b(done|finish\w*|complet\w*|ends?|over|ready|results?)\b/i;
const TAKES = /\b(takes?|lasts?|within|up to|about|at most|usually|typically|runs? for)\b/i;

const LOOKS =
  /\b(now|at once|immediately|current(ly)?|latest|as it stands|without waiting|until|blocks?|waits? (for|up))\b/i;
const STANDS = /\bhow\b.{0,40}\b(stands?|goes|is going)\b|\b(do(es)?( not|n't)|never) (wait|block)/i;

/** T1: what a call answers with now, and what comes later and how. A tool that only looks or stops says whether it waits. */
export const unsaidReturns: LintRule = {
  meta: {
    id: 'T1',
    name: 'unsaid-returns',
    title: 'What returns now and what later',
    description: 'A description says what a call answers with now, and what comes later and from where.',
    source: 'arXiv 2602.18764 and 2603.24747: action boundaries',
  },
  roles: ['task', 'start', 'slow', 'status', 'answer', 'cancel'],
  check(judged) {
    switch (judged.role) {
      case 'task':
      case 'start':
        return deferredGaps(judged);
      case 'slow':
        return blockingGaps(judged);
      default:
        return lookGaps(judged);
    }
  },
};

function deferredGaps({ text, role, partners }: JudgedTool): Gap[] {
  const gaps: Gap[] = [];
  const receipt = role === 'task' ? 'a receipt with a taskId' : 'the id of a job';
  const [status = 'the tool that tells its state'] = partners.status;
  const from = role === 'task' && partners.status.length === 0 ? 'from the task' : `from ${status}`;
  if (!says(text, GIVES, NOW) && !says(text, GIVES, RECEIPT)) {
    gaps.push({
      missing: 'does not say what a call answers with now',
      example: `Returns now, at once: ${receipt}.`,
      place: 'description',
    });
  }
  if (!says(text, RESULT, LATER) && !says(text, FETCHED) && !says(text, FETCHED_FROM)) {
    gaps.push({
      missing: 'does not say that the result comes later, and from where',
      example: `Returns later: the result, which you get ${from} once the work is done.`,
      place: 'description',
    });
  }
  return gaps;
}

function blockingGaps({ text }: JudgedTool): Gap[] {
  if (says(text, WAITS, UNTIL_DONE) || says(text, TAKES, DURATION)) return [];
  return [
    {
      missing: 'does not say whether a call waits until the work is done, and for how long',
      example:
        'Returns nothing now: the call waits until the work is done, usually 10 to 30 s, and answers with the result.',
      place: 'description',
    },
  ];
}

function lookGaps({ text, role }: JudgedTool): Gap[] {
  if (says(text, LOOKS) || says(text, STANDS)) return [];
  return [
    {
      missing: 'does not say whether it answers at once or waits',
      example:
        role === 'status'
          ? 'Answers at once with how the work stands now; it does not wait for the result.'
          : 'Answers at once with how the work stands then; it does not wait for its end.',
      place: 'description',
    },
  ];
}
