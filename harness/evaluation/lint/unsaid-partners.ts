import type { Gap, JudgedTool, LintRule } from './lint-rule.ts';
import { names, RECEIPT, says, type ToolText } from './tool-text.ts';

const READS_TASK =
  /\btasks\/(get|result)\b|\btask\w*\b.*\b(poll\w*|read|state|status|look)\b|\b(poll|read|look)\w*\b.*\btask/i;
const STOPS_TASK = /\btasks\/cancel\b|\b(cancel|stop|abort)\w*\b.*\b(task|work|job|run|it)\b/i;
const NO_WAY_TO_STOP = /\b(cannot|can't|no way to|not possible to)\b.{0,30}\b(cancell?|stop|abort)/i;
const RESULT = /\b(late|later|results?|answers?|outcome)\b/i;
const CONTINUES = /\b(continues?|belongs?|original|same call|resum\w+|go(es)? on with|picks? up|call that started)\b/i;
const ORIGIN = /\b(returned|given|issued|answered|got|comes?) (by|with|from)\b|\bof a call\b/i;

/** T5: the tools that belong together, and that a result which comes late continues the call it was asked by. */
export const unsaidPartners: LintRule = {
  meta: {
    id: 'T5',
    name: 'unsaid-partners',
    title: 'Partner tools, and what a late result continues',
    description:
      'A description names what tells the state of its work and what stops it, and says that a late result continues the original call.',
    source: 'arXiv 2602.18764 and 2603.24747: relations between tools',
  },
  roles: ['task', 'start', 'status', 'answer', 'cancel'],
  check(judged) {
    switch (judged.role) {
      case 'task':
        return [...taskGaps(judged), ...lateGaps(judged.text)];
      case 'start':
        return [...startGaps(judged), ...lateGaps(judged.whole)];
      default:
        return followerGaps(judged);
    }
  },
};

function taskGaps({ text, tasks }: JudgedTool): Gap[] {
  const gaps: Gap[] = [];
  const read = tasks === 'tasks-2026-07-28' ? 'tasks/get' : 'tasks/get and tasks/result';
  if (!says(text, READS_TASK)) {
    gaps.push(words('does not say how the state of its task is read', `${read} tell how the task stands.`));
  }
  if (!says(text, STOPS_TASK) && !says(text, NO_WAY_TO_STOP)) {
    gaps.push(words('does not say how its task is stopped', 'tasks/cancel stops the task.'));
  }
  return gaps;
}

function startGaps({ text, partners }: JudgedTool): Gap[] {
  return [
    ...partnerGap(text, partners.status, {
      unnamed: (tool) =>
        words(`does not name ${tool}, which tells the state of its work`, `${tool} tells how the work stands.`),
      absent: {
        missing: 'has no partner that tells the state of its work: no tool takes a reference to it',
        example: 'Offer a tool such as get_job_status(job_id), and name it here.',
        place: 'tools',
      },
    }),
    ...partnerGap(text, partners.cancel, {
      unnamed: (tool) => words(`does not name ${tool}, which stops its work`, `${tool} stops the work.`),
      absent: says(text, NO_WAY_TO_STOP)
        ? null
        : words(
            'has no partner that stops its work, and does not say so',
            'The work cannot be stopped once it is started.',
          ),
    }),
  ];
}

function partnerGap(
  text: ToolText,
  partners: readonly string[],
  gap: { unnamed(tool: string): Gap; readonly absent: Gap | null },
): Gap[] {
  const [first] = partners;
  if (first === undefined) return gap.absent === null ? [] : [gap.absent];
  return partners.some((name) => isNamed(text, name)) ? [] : [gap.unnamed(first)];
}

function followerGaps({ text, partners }: JudgedTool): Gap[] {
  const isOriginTold = says(text, ORIGIN) && says(text, RECEIPT);
  const [start = 'the tool that starts the work'] = partners.start;
  if (isOriginTold || partners.start.some((name) => isNamed(text, name))) return [];
  return [words('does not say where its reference comes from', `Takes the reference that ${start} gave.`)];
}

function lateGaps(text: ToolText): Gap[] {
  if (says(text, RESULT, CONTINUES)) return [];
  return [
    words(
      'does not say that a late result continues the original call',
      'A result that comes late continues the original call: go on with that one, and do not start it again.',
    ),
  ];
}

function isNamed({ sentences }: ToolText, tool: string): boolean {
  return sentences.some((sentence) => names(sentence, tool));
}

function words(missing: string, example: string): Gap {
  return { missing, example, place: 'description' };
}
