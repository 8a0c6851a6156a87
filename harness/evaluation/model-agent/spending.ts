import type { ModelUsage } from '../../model/evaluation/document.ts';
import { estimatedTokens } from '../../model/evaluation/token-estimate.ts';
import type { TurnUsage } from './completion.ts';

/** What a model may cost. Prices in USD a million tokens; null: not known. */
export interface Budget {
  readonly tokens: number | null;
  readonly usd: number | null;
  readonly priceIn: number | null;
  readonly priceOut: number | null;
}

/** What a model has cost so far. */
export type Spent = Pick<ModelUsage, 'turns' | 'inputTokens' | 'outputTokens' | 'estimatedTurns' | 'usd' | 'modelMs'>;

export interface Spending {
  readonly spent: Spent;
  /** Why a question of so many bytes is not asked; null: it may be. What is asked counts with its bytes until it is answered. */
  refusal(questionBytes: number): string | null;
  asked(questionBytes: number): void;
  /** `usage` null: there was no answer. */
  answered(questionBytes: number, usage: TurnUsage | null, ms: number): void;
}

export function createSpending(budget: Budget): Spending {
  let openBytes = 0;
  const sum = { turns: 0, inputTokens: 0, outputTokens: 0, estimatedTurns: 0, modelMs: 0 };
  const cost = (input: number, output: number) => {
    const { priceIn, priceOut } = budget;
    return priceIn === null || priceOut === null ? null : (input * priceIn + output * priceOut) / 1e6;
  };
  return {
    get spent() {
      return { ...sum, usd: cost(sum.inputTokens, sum.outputTokens) };
    },
    refusal(questionBytes) {
      const input = sum.inputTokens + estimatedTokens(openBytes + questionBytes);
      const tokens = input + sum.outputTokens;
      if (budget.tokens !== null && tokens > budget.tokens) {
        return `the budget of ${budget.tokens} tokens is spent: ${sum.inputTokens + sum.outputTokens} were used`;
      }
      const usd = cost(input, sum.outputTokens);
      if (budget.usd === null || usd === null || usd <= budget.usd) return null;
      return `the budget of ${budget.usd} USD is spent: ${cost(sum.inputTokens, sum.outputTokens)?.toFixed(4)} were used`;
    },
    asked(questionBytes) {
      openBytes += questionBytes;
    },
    answered(questionBytes, usage, ms) {
      openBytes -= questionBytes;
      sum.modelMs += ms;
      if (usage === null) return;
      sum.turns += 1;
      sum.inputTokens += usage.input;
      sum.outputTokens += usage.output;
      if (usage.isEstimated) sum.estimatedTurns += 1;
    },
  };
}
