import { z } from 'zod';
import type { Position } from '../stores/store.ts';

const positionText = z.tuple([z.int().nonnegative(), z.string().min(1).max(100)]);

/** Opaque to clients: where the next page of a list begins. */
export function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify([position.createdAt, position.id])).toString('base64url');
}

/** undefined: not a cursor of ours. */
export function decodeCursor(cursor: string): Position | undefined {
  try {
    const text = Buffer.from(cursor, 'base64url').toString();
    const [createdAt, id] = positionText.parse(JSON.parse(text));
    const position = { createdAt, id };
    // Base64 decoding forgives stray characters; a cursor we did not make is still not ours.
    return encodeCursor(position) === cursor ? position : undefined;
  } catch {
    return undefined;
  }
}
