import type { Gap, JudgedTool, LintRule } from './lint-rule.ts';
import { says, type ToolText } from './tool-text.ts';

interface StateKind {
  /** As half of "no state for work that …". */
  readonly what: string;
  readonly example: string;
  readonly words: RegExp;
}

const KINDS: readonly StateKind[] = [
  {
    what: 'is still going on',
    example: 'working',
    words:
      /\b(working|queued|pending|running|processing|in[ _-]progress|started|submitted|accepted|waiting|input_required|active)\b/i,
  },
  { what: 'is done', example: 'completed', words: /\b(completed?|done|succeeded|success|finished|ready)\b/i },
  { what: 'has failed', example: 'failed', words: /\b(failed|failure|errored|error)\b/i },
];
const STOPPED: StateKind = {
  what: 'was cancelled',
  example: 'cancelled',
  words: /\b(cancell?ed|aborted|stopped|killed|terminated)\b/i,
};

/** Those that a task of the protocol has, in both revisions. */
const TASK_STATES: readonly StateKind[] = ['working', 'input_required', 'completed', 'failed', 'cancelled'].map(
  (state) => ({
    what: `is ${state}`,
    example: state,
    words: state === 'cancelled' ? /\bcancell?ed\b/i : new RegExp(`\\b${state}\\b`, 'i'),
  }),
);
const TASK_FINAL = 'completed, failed and cancelled';

const FINAL = /\b(final|terminal|ends?|ended|over|(never|not|no longer) chang\w*)\b/i;
const FINAL_OUTPUT = /^(is_?)?(terminal|final|done|finished|complete)$/i;

/** T2: all states that work can be in, and which of them are final, so that a reader knows when to stop asking. */
export const unsaidStates: LintRule = {
  meta: {
    id: 'T2',
    name: 'unsaid-states',
    title: 'All states, and which are final',
    description: 'A description lists every state that work can be in and says which of them are final.',
    source: 'arXiv 2602.18764 and 2603.24747: semantic completeness',
  },
  // Of a job handle the tool that tells the state says which there are.
  roles: ['task', 'start', 'status'],
  check(judged) {
    const { role, partners, whole, text } = judged;
    if (role === 'start' && partners.status.length > 0) return null;
    const wanted = role === 'task' ? TASK_STATES : [...KINDS, ...(partners.cancel.length > 0 ? [STOPPED] : [])];
    const said = role === 'start' ? whole : text;
    return [...listGaps(said, wanted), ...finalGaps(said, judged)];
  },
};

function listGaps(text: ToolText, wanted: readonly StateKind[]): Gap[] {
  const listed = listedIn(text);
  const absent = wanted.filter(({ words }) => !listed.some((sentence) => words.test(sentence)));
  if (absent.length === 0) return [];
  const missing =
    absent.length === wanted.length
      ? 'does not list the states that work can be in'
      : `lists no state for work that ${absent.map(({ what }) => what).join(', or ')}`;
  return [{ missing, example: `States: ${wanted.map(({ example }) => example).join(', ')}.`, place: 'description' }];
}

/** What lists states: a sentence with two of them, an item of a list that begins with one, and an enum. */
function listedIn({ sentences, outputStates }: ToolText): readonly string[] {
  const words = [...KINDS, STOPPED, ...TASK_STATES].map((kind) => kind.words);
  const isList = (sentence: string) => {
    const found = new Set(words.map((pattern) => pattern.exec(sentence)?.[0].toLowerCase()));
    found.delete(undefined);
    return found.size >= 2;
  };
  const isItem = (sentence: string) =>
    words.some((pattern) => pattern.exec(sentence.replace(/^\s*([-*•]|\d+[.)])\s*/, ''))?.index === 0) &&
    /^\s*([-*•]|\d+[.)])/.test(sentence);
  return [
    ...sentences.map(unquoted).filter((sentence) => isList(sentence) || isItem(sentence)),
    outputStates.join(', '),
  ];
}

/** Quotes and code marks around a word are no part of it. */
function unquoted(sentence: string): string {
  return sentence.replaceAll(/[`'"*]/g, (mark) => (mark === '*' ? '*' : ''));
}

function finalGaps(text: ToolText, { role }: JudgedTool): Gap[] {
  const isStated = [...KINDS.slice(1), STOPPED].some(({ words }) => says(text, FINAL, words));
  if (isStated || text.outputs.some((name) => FINAL_OUTPUT.test(name))) return [];
  return [
    {
      missing: 'does not say which states are final',
      example:
        role === 'task'
          ? `${TASK_FINAL} are final: such a task never changes again.`
          : 'completed and failed are final: such a job never changes again.',
      place: 'description',
    },
  ];
}
