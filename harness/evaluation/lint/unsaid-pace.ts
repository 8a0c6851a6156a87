import type { Gap, JudgedTool, LintRule } from './lint-rule.ts';
import { DURATION, says, type ToolText } from './tool-text.ts';

const LOOKS = /\b(poll(s|ed|ing)?|look(s|ing)?|check(s|ing)?|ask(s|ing)?|interval|between)\b/i;
const INTERVAL_NAME = /\b(poll_?(after|interval)|next_?poll|retry_?after)\w*/i;
const INTERVAL_OUTPUT = /^(poll|next_?poll|retry)_?(after|interval|in|at)/i;
const KEEPS =
  /\b(kept|keeps?|retain(s|ed)?|retention|available|expires?|ttl\w*|stor(es|ed)|deleted|removed|forgotten|lifetime)\b/i;
const SPAN =
  /\b(ttl\w*|expires_?at|retention says|for ?ever|indefinitely|no limit|unlimited|until|as long as|session|restarts?)\b/i;
const SPAN_OUTPUT = /^(ttl|retention|expires)/i;

/** T6: how often to ask, and until when there is an answer. */
export const unsaidPace: LintRule = {
  meta: {
    id: 'T6',
    name: 'unsaid-pace',
    title: 'Poll interval and retention',
    description: 'A description says how long to wait between two looks, and how long a result is kept.',
    source: 'Model Context Protocol, tasks: pollInterval and ttl',
  },
  roles: ['task', 'start'],
  check: ({ whole, role }: JudgedTool): Gap[] => [
    ...(isIntervalSaid(whole)
      ? []
      : [
          words(
            'does not say how often to look for the result',
            `Poll every 5 s${role === 'task' ? ', or as pollInterval says' : ''}.`,
          ),
        ]),
    ...(isSpanSaid(whole)
      ? []
      : [words('does not say how long the result is kept', 'The result is kept for 24 hours from the call.')]),
  ],
};

function isIntervalSaid(text: ToolText): boolean {
  const isMeasured = says(text, LOOKS, DURATION) || says(text, INTERVAL_NAME);
  return isMeasured || text.outputs.some((name) => INTERVAL_OUTPUT.test(name));
}

function isSpanSaid(text: ToolText): boolean {
  const isMeasured = says(text, KEEPS, DURATION) || says(text, KEEPS, SPAN);
  return isMeasured || text.outputs.some((name) => SPAN_OUTPUT.test(name));
}

function words(missing: string, example: string): Gap {
  return { missing, example, place: 'description' };
}
