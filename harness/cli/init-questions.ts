import { createInterface } from 'node:readline/promises';
import type { Candidate } from '../probing/candidates.ts';
import type { CommandContext } from './command.ts';

/** What only the owner of a server knows; null: nobody was there to answer. */
export interface Questions extends Disposable {
  mayCall(candidate: Candidate): Promise<boolean>;
  /** Whether a restart is said to keep tasks. */
  durable(): Promise<boolean | null>;
  /** The file that its effects are written to. */
  effects(): Promise<string | null>;
}

/** Nobody is asked with --yes, or where nobody sits before a terminal: then what may be called is called, and the rest stays open. */
export function openQuestions(
  { stdin, output, signal }: Pick<CommandContext, 'stdin' | 'output' | 'signal'>,
  flags: { readonly yes: boolean; readonly json: boolean },
): Questions {
  const isWatched = 'isTTY' in stdin && stdin.isTTY === true && output.stderr.isTTY === true;
  if (flags.yes || flags.json || !isWatched) {
    return {
      mayCall: async () => true,
      durable: async () => null,
      effects: async () => null,
      [Symbol.dispose]() {},
    };
  }
  const terminal = createInterface({ input: stdin, output: output.stderr });
  const ask = async (question: string) => (await terminal.question(`${question} `, { signal })).trim();
  const askYes = async (question: string) => !/^n/i.test(await ask(`${question} [Y/n]`));
  return {
    mayCall: ({ tool, why }) => askYes(`Call ${tool.name} to see what it does? (${why})`),
    durable: () => askYes('Should its tasks outlive a restart?'),
    async effects() {
      const path = await ask('A file where it writes what it has done ({{dir}}/effects.jsonl; empty: none)?');
      return path === '' ? null : path;
    },
    [Symbol.dispose]: () => terminal.close(),
  };
}
