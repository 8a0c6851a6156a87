/**
 * The id under which our answer to a request of the server stands in the history. The server counts its requests by itself, so
 * its 7 is not ours; our own requests never have an id like this.
 */
export function answerIdOf(rpcId: number | string): string {
  return `answer:${JSON.stringify(rpcId)}`;
}
