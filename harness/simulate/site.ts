import type { Boot } from './boot.ts';
import type { ServerFace } from './server-face.ts';

/** A boot that takes messages. */
export interface LivingServer {
  readonly boot: Boot;
  readonly face: ServerFace;
}

/** Where the server is reached: whichever boot is up. */
export interface Site {
  /** null: nobody listens. */
  current(): LivingServer | null;
}
