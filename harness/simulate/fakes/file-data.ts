/** What writeFile writes piece by piece: whatever can be iterated and is neither text nor bytes. null: it is one piece. */
export function piecesOf(data: unknown): AsyncIterable<unknown> | Iterable<unknown> | null {
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return null;
  return isAsyncIterable(data) || isIterable(data) ? data : null;
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}
