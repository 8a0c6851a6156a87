/** A response body over this many bytes is not read on: no reply of a task server is near it. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** The part of a response body that is used here. */
export interface BodyReadable extends AsyncIterable<Uint8Array> {
  destroy(error?: Error): unknown;
}

/** The whole body as text; null: longer than the limit. Throws what the connection throws. */
export async function readText(body: BodyReadable, bytesMax = BODY_BYTES_MAX): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
