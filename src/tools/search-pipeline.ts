import { z } from 'zod';
import { createSeededNumbers, pick } from './seeded-numbers.ts';
import { createWorkloadTool, workInputs } from './workload.ts';

const WORDS = 'task receipt result poll retry crash lease queue store agent server client late order key worker'.split(
  ' ',
);
const DOCUMENT_COUNT = 200;
const DOCUMENT_WORDS = 40;

const schema = z.strictObject({
  ...workInputs,
  query: z.string().min(1).max(200).default('late result').describe('Words to look for.'),
  limit: z.int().min(1).max(50).default(5).describe('How many documents to return at most.'),
});

/** Builds an index over a fixed collection, matches, ranks by how rare the matched words are. */
export const searchPipeline = createWorkloadTool({
  name: 'search_pipeline',
  title: 'Search pipeline',
  purpose: 'Searches a collection of documents in stages: index, match, rank; returns the best with their scores.',
  schema,
  annotations: { readOnlyHint: false, idempotentHint: false, destructiveHint: false, openWorldHint: false },
  plan(args) {
    const { token, ms, query, limit } = schema.parse(args);
    const terms = [...new Set(query.toLowerCase().split(/\s+/))];
    const index = new Map<string, Map<number, number>>(); // word, then document, then how often
    const scores = new Map<number, number>();
    let hits: readonly { readonly document: number; readonly score: number }[] = [];
    const steps = [
      {
        name: 'index',
        run() {
          const draw = createSeededNumbers('collection');
          for (let position = 0; position < DOCUMENT_COUNT * DOCUMENT_WORDS; position++) {
            const document = Math.floor(position / DOCUMENT_WORDS);
            const word = pick(draw, WORDS);
            const postings = index.get(word) ?? new Map<number, number>();
            index.set(word, postings.set(document, (postings.get(document) ?? 0) + 1));
          }
          return String(index.size);
        },
      },
      {
        name: 'match',
        run() {
          for (const term of terms) {
            const postings = index.get(term) ?? new Map<number, number>();
            const rarity = Math.log(1 + DOCUMENT_COUNT / (1 + postings.size));
            for (const [document, count] of postings) {
              scores.set(document, (scores.get(document) ?? 0) + rarity * Math.sqrt(count));
            }
          }
          return String(scores.size);
        },
      },
      {
        name: 'rank',
        run() {
          const all = [...scores].map(([document, score]) => ({ document, score: Math.round(score * 1_000) / 1_000 }));
          hits = all.sort((a, b) => b.score - a.score || a.document - b.document).slice(0, limit);
          return JSON.stringify(hits);
        },
      },
    ];
    const finish = () => ({
      text: `${scores.size} documents match "${query}"`,
      data: { query, matched: scores.size, hits },
    });
    return { token, ms, steps, finish };
  },
});
