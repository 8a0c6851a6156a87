import { z } from 'zod';
import type { ClientBehaviour } from '../../model/evaluation/client-table.ts';

/** What matters of a history line. */
export interface CancelLine {
  readonly kind: string;
  readonly seq: number;
  readonly op?: string | undefined;
  readonly of?: number | undefined;
  readonly rpcId?: number | string | undefined;
  readonly method?: string | undefined;
  readonly text?: string | undefined;
}

const notification = z.object({ params: z.object({ requestId: z.union([z.number(), z.string()]) }) });

/**
 * Counts what a client told its server to stop, line by line: requests that were open, and requests that had been answered, which no
 * client may cancel. Cancelling a task is of the first kind.
 */
export function createCancelObserver(): { line(line: CancelLine): void; record(): ClientBehaviour['cancels'] } {
  // By request id: a client that greets again counts from the start, and the latest is meant.
  const requests = new Map<number | string, number>();
  const answered = new Set<number>();
  const cancels = { open: 0, answered: 0 };
  return {
    line({ kind, seq, op, of, rpcId, method, text }) {
      if (kind === 'inv' && rpcId !== undefined) requests.set(rpcId, seq);
      if (kind === 'ok' && of !== undefined) answered.add(of);
      if (kind === 'inv' && op === 'cancel') cancels.open += 1;
      if (kind !== 'frame' || method !== 'notifications/cancelled') return;
      const request = requests.get(cancelledIn(text) ?? '');
      if (request !== undefined && answered.has(request)) cancels.answered += 1;
      else cancels.open += 1;
    },
    record: () => cancels,
  };
}

/** null: it names none. */
function cancelledIn(text: string | undefined): number | string | null {
  if (text === undefined) return null;
  try {
    return notification.safeParse(JSON.parse(text)).data?.params.requestId ?? null;
  } catch {
    return null; // Not JSON, as a client sent it.
  }
}
