/**
 * How messages travel.
 * To add one: write `<id>.ts` beside this file with a function that makes a Transport, and export it here.
 */
export type { Authenticate } from './authentication.ts';
export { createHttpTransport } from './http.ts';
export { createSignedSessions } from './signed-sessions.ts';
export { createStdioTransport } from './stdio.ts';
export type { Transport } from './transport.ts';
