/** Names a folder by its time: 20261121T091502Z. `wallMs`: ms since the epoch. */
export function utcStamp(wallMs: number): string {
  return new Date(wallMs).toISOString().replace(/[-:]|\.\d+/g, '');
}
