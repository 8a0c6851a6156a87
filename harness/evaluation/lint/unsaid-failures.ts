import type { Gap, JudgedTool, LintRule, ToolRole } from './lint-rule.ts';
import { says, type ToolText } from './tool-text.ts';

interface Failure {
  /** Tools that have to speak of it. */
  readonly roles: readonly ToolRole[];
  readonly missing: string;
  readonly example: string;
  isSaid(text: ToolText): boolean;
}

const FAILS = /\b(is_?error|errors?|errored|fails?|failed|failures?|reject\w*|throws?)\b/i;
const TIMES_OUT = /\b(time[sd]?[ -]?outs?|timing out|deadline|time limit|too long|max_wait\w*)\b/i;
const CANCELLED = /\b(cancell?ed|aborted)\b/i;
const EXPIRED =
  /\b(expire[sd]?|expiry|expiration|no longer (kept|known|available|exists?)|not found|unknown|never (was |were )?yours|does(n't| not) exist)\b/i;
const ENDED_BEFORE =
  /\b(already|had|has|before|too late|after)\b.*\b(end(s|ed)?|finish\w*|complet\w*|done|terminal|final)\b/i;

const FAILURES: readonly Failure[] = [
  {
    roles: ['task', 'start', 'slow'],
    missing: 'does not say how work that failed is told',
    example: 'When the work fails, the result says isError and why.',
    isSaid: (text) => says(text, FAILS),
  },
  {
    roles: ['task', 'start', 'slow'],
    missing: 'does not say after how long it is given up (timeout)',
    example: 'Work that takes longer than 5 minutes times out and has failed.',
    isSaid: (text) => says(text, TIMES_OUT),
  },
  {
    roles: ['task', 'start'],
    missing: 'does not say what becomes of work that is cancelled',
    example: 'Work that was cancelled gives no result.',
    isSaid: (text) => says(text, CANCELLED),
  },
  {
    roles: ['task', 'start', 'status', 'answer', 'cancel'],
    missing: 'does not say what an expired or unknown reference is answered with',
    example: 'A reference that has expired or is unknown is answered with an error: stop asking.',
    isSaid: (text) => says(text, EXPIRED),
  },
  {
    roles: ['cancel'],
    missing: 'does not say what it does to work that has ended',
    example: 'Work that has already ended stays as it is.',
    isSaid: (text) => says(text, ENDED_BEFORE),
  },
];

/** T4: every way in which a call can fail that its reader has to tell apart. */
export const unsaidFailures: LintRule = {
  meta: {
    id: 'T4',
    name: 'unsaid-failures',
    title: 'Failure modes',
    description: 'A description says how failed, timed-out, cancelled and expired work is told.',
    source: 'arXiv 2602.18764 and 2603.24747: failure modes',
  },
  roles: ['task', 'start', 'slow', 'status', 'answer', 'cancel'],
  check: ({ role, text, whole }: JudgedTool): Gap[] =>
    FAILURES.filter(({ roles, isSaid }) => roles.includes(role) && !isSaid(role === 'start' ? whole : text)).map(
      ({ missing, example }) => ({ missing, example, place: 'description' }),
    ),
};
