import { z } from 'zod';

const call = z.number().int().positive();
const ms = z.number();

const line = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('connected') }),
  z.object({ kind: z.literal('refused'), error: z.string() }),
  z.object({ kind: z.literal('answer'), call, seen: z.string().nullable(), ms }),
  z.object({ kind: z.literal('threw'), call, error: z.string(), ms }),
  z.object({ kind: z.literal('unclosed'), error: z.string() }),
  z.object({ kind: z.literal('end') }),
]);

/** One line of a client's program (fixtures/clients/script.mjs says what they mean). */
export type ToldLine = z.infer<typeof line>;

/** null: something else that the program, or what it runs, printed. */
export function readToldLine(text: string): ToldLine | null {
  if (!text.startsWith('{')) return null;
  try {
    return line.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // Not JSON: a package said something of its own.
  }
}
