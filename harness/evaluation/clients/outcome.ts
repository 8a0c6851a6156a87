import type { CallOutcome, CallRecord, CellOutcome } from '../../model/evaluation/client-table.ts';
import { type Cell, tokensOf } from './cell.ts';
import type { RunFacts } from './run-facts.ts';
import type { ToldLine } from './told-line.ts';

const WORDS_MAX = 300;

/** Puts together what the client told and what its runs show. `isHung`: it was ended because it said nothing. */
export function outcomeOf(
  cell: Cell,
  told: readonly ToldLine[],
  { runs, isHung }: { readonly runs: readonly RunFacts[]; readonly isHung: boolean },
): CellOutcome {
  const { mustReach } = cell.situation;
  const tokens = tokensOf(cell);
  const refused = told.find((line) => line.kind === 'refused');
  const isConnected = told.some(({ kind }) => kind === 'connected');
  const hasEnded = told.some(({ kind }) => kind === 'end');
  let isStuck = false;
  const calls = tokens.map((token, index): CallRecord => {
    const call = index + 1;
    const effects = runs.reduce((sum, { commits }) => sum + (commits[token] ?? 0), 0);
    const line = told.find((one) => (one.kind === 'answer' || one.kind === 'threw') && one.call === call);
    if (line?.kind === 'threw') {
      return { call, outcome: 'threw', ms: line.ms, words: line.error.slice(0, WORDS_MAX), effects };
    }
    if (line?.kind === 'answer') {
      const outcome = shown(line.seen, token, tokens);
      const words = outcome === 'right' ? null : (line.seen ?? '').slice(0, WORDS_MAX);
      return { call, outcome, ms: line.ms, words, effects };
    }
    const outcome = !isConnected || isStuck ? 'unasked' : isHung ? 'hung' : 'died';
    isStuck = true;
    return { call, outcome, ms: null, words: null, effects };
  });
  const struck = mustReach === null ? null : runs.some(({ reached }) => reached.includes(mustReach));
  const isWhole = calls.every(({ outcome, effects }) => outcome === 'right' && effects === 1);
  return {
    calls,
    end: refused ? 'refused' : hasEnded ? 'ended' : isHung ? 'hung' : 'died',
    refusal: refused?.kind === 'refused' ? refused.error : null,
    struck,
    survived: struck === false ? 'unknown' : isWhole,
  };
}

/** The tool says its token in its text and in its structured content; clients show a model either, as it is or quoted. */
function shown(seen: string | null, token: string, tokens: readonly string[]): CallOutcome {
  if (seen === null || seen.trim() === '') return 'empty';
  const plain = seen.replaceAll('\\', '');
  const holds = (one: string) =>
    plain.includes(`The effect is done (token ${one})`) || plain.includes(`"token":"${one}","tool":"effect"`);
  if (tokens.some((one) => one !== token && holds(one))) return 'wrong';
  return holds(token) ? 'right' : 'told';
}
