/**
 * How messages travel.
 * To add one: write `<id>.ts` beside this file with a function that makes a Transport, and export it here.
 */
export { type Authenticate, bearerPrincipal } from './authentication.ts';
export { createHttpTransport, type HttpOptions } from './http.ts';
export { createSignedSessions } from './signed-sessions.ts';
export { createStdioTransport, type StdioOptions } from './stdio.ts';
export { STDIO_PRINCIPAL } from './stdio-conversation.ts';
export type { Transport } from './transport.ts';
