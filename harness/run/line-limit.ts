import { Transform } from 'node:stream';

// Longer than any reply of a server that was ever tested here, by far; text without line ends must not fill the memory.
export const LINE_BYTES_MAX = 16 * 1024 * 1024;

const LINE_END = 0x0a;

/**
 * Passes bytes on as they come, but ends a line at `bytesMax` and leaves out the rest of it: what follows sees a line that is
 * no message, once, and goes on with the next one.
 */
export function createLineLimit(bytesMax = LINE_BYTES_MAX): Transform {
  let bytes = 0;
  let isSkipping = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (!isSkipping && bytes + chunk.length <= bytesMax) {
        // No line in it can be too long: all of it goes on as it came.
        const end = chunk.lastIndexOf(LINE_END);
        bytes = end === -1 ? bytes + chunk.length : chunk.length - end - 1;
        done(null, chunk);
        return;
      }
      let from = 0;
      while (from < chunk.length) {
        const end = chunk.indexOf(LINE_END, from);
        const to = end === -1 ? chunk.length : end + 1;
        const kept = isSkipping ? 0 : Math.min(to - from, bytesMax - bytes);
        if (kept > 0) this.push(chunk.subarray(from, from + kept));
        bytes += kept;
        if (!isSkipping && kept < to - from) {
          this.push('\n');
          isSkipping = true;
        }
        if (end !== -1) {
          bytes = 0;
          isSkipping = false;
        }
        from = to;
      }
      done();
    },
  });
}
