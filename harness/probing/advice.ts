import { placeholdersIn } from '../wire/placeholder.ts';
import { type Examination, echoesOf } from './examination.ts';
import type { Advice, KnownServer } from './profile-text.ts';

/** A kill seldom finds work that is over so soon. */
const SHORT_MS = 200;

/** What is missing for a run, and what would let it see more, each as one sentence or two. */
export function adviceFor(examination: Examination, known: KnownServer): readonly Advice[] {
  const missing = missingFor(examination);
  if (missing !== null) return [{ kind: 'missing', text: missing }];
  return strongerFor(examination, known).map((text) => ({ kind: 'stronger', text }));
}

function missingFor({ chosen, tried, choice }: Examination): string | null {
  if (chosen !== null) return null;
  const [first] = tried;
  if (first === undefined) {
    const spared = choice.spared.map(({ tool }) => tool);
    if (spared.length === 0) return 'a tool that does work: this server lists none that could be called.';
    return `a tool that may be called: ${spared.join(', ')} ${spared.length === 1 ? 'was' : 'were'} left alone. Name one with --tool, or give --allow-destructive.`;
  }
  const { candidate, trial } = first;
  const open = trial.sample.open.map((name) => `'${name}'`).join(', ');
  const values = open === '' ? 'arguments with which it works' : `a value for ${open}`;
  return `${values} of ${candidate.tool.name}, or another tool (--tool NAME --arguments JSON). ${candidate.tool.name}: ${trial.failure ?? 'it was not called'}.`;
}

function strongerFor({ chosen, choice, tried }: Examination, known: KnownServer): string[] {
  if (chosen === null) return [];
  const { candidate, trial } = chosen;
  const found = chosen.kind === 'job' ? chosen.trial.found : null;
  const tookMs = chosen.kind === 'job' ? (found?.tookMs ?? 0) : (chosen.trial.tookMs ?? 0);
  const hasEcho = echoesOf(chosen).length > 0;
  const names = new Set(placeholdersIn(trial.sample.arguments).map(({ name }) => name));
  const text = JSON.stringify(known.target);
  const asks = tried.some((one) => one.kind === 'work' && one.trial.states.includes('input_required'));
  const sentences: readonly (readonly [boolean, string])[] = [
    [
      known.effects === null,
      'an effect file (effects.file): without it lost, doubled and runaway work cannot be seen, only what the server says of it.',
    ],
    [
      trial.sample.carries === null,
      `an argument of ${candidate.tool.name} that differs from call to call and comes back in its result; no argument could carry a token.`,
    ],
    [
      trial.sample.carries !== null && !hasEcho,
      'an echo path (echo): the token was sent and did not come back, so results that belong to another call are not found.',
    ],
    [
      candidate.key === null,
      `an idempotency key (${found === null ? 'tools.work.key' : 'handle.start.key'}): no argument of that kind was seen, so a client that retries a lost receipt starts the work twice.`,
    ],
    [
      !names.has('ms') && tookMs < SHORT_MS,
      `longer work: it took ${Math.round(tookMs)} ms, so a kill seldom falls into it, and nothing can be said of crashes (unknown).`,
    ],
    [
      known.target.command !== undefined && !text.includes('{{dir}}'),
      'a folder of its own for each run ({{dir}} in target.command or target.env), or a wipe command (state.wipe): what an earlier run left is there in the next, and the same seed sends the same tokens.',
    ],
    [
      found !== null && found.cancel === null && found.untriedCancel !== null,
      `${found?.untriedCancel ?? ''} as handle.cancel: it was not tried, because its annotations say that it destroys or because it refused.`,
    ],
    [found?.missing === null, 'handle.status.missing: what is said of an id that nobody has was not understood.'],
    [
      found?.hidesFailures === true,
      'a state that tells failed work from good work: both looked alike, so failing work is left out.',
    ],
    [asks, 'tools.asking with its answer: a tool asked for input.'],
    [
      known.target.command === undefined,
      'the command that starts it (target.command): a server that is already running cannot be killed.',
    ],
    [
      choice.spared.length > 0,
      `not called: ${choice.spared.map(({ tool }) => tool).join(', ')} (see --tool and --allow-destructive).`,
    ],
  ];
  return sentences.filter(([applies]) => applies).map(([, sentence]) => sentence);
}
