/** Cuts an SSE byte stream into events without changing a byte: each event is its raw text and the data it carries. */
export interface SseEvent {
  /** As received, including the blank line that ends it. */
  readonly raw: string;
  /** The joined `data:` lines; null for a comment or an event without data. */
  readonly data: string | null;
}

/** An event beyond this has no end that is worth waiting for. */
export const EVENT_CHARS_MAX = 16 * 1024 * 1024;

/** `push` throws on an event that is longer than EVENT_CHARS_MAX. */
export function createSseSplitter(): { push(chunk: Uint8Array): SseEvent[]; rest(): string } {
  const decoder = new TextDecoder();
  let buffer = '';
  return {
    push(chunk) {
      buffer += decoder.decode(chunk, { stream: true });
      const events: SseEvent[] = [];
      for (let end = eventEnd(buffer); end > 0; end = eventEnd(buffer)) {
        const raw = buffer.slice(0, end);
        buffer = buffer.slice(end);
        events.push({ raw, data: dataOf(raw) });
      }
      if (buffer.length > EVENT_CHARS_MAX) throw new Error(`an SSE event of more than ${EVENT_CHARS_MAX} characters`);
      return events;
    },
    rest: () => buffer,
  };
}

function eventEnd(text: string): number {
  const match = /\r\n\r\n|\n\n|\r\r/.exec(text);
  return match ? match.index + match[0].length : 0;
}

function dataOf(raw: string): string | null {
  const lines = raw
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).replace(/^ /, ''));
  return lines.length === 0 ? null : lines.join('\n');
}
