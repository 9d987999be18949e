/**
 * Requests that the page started before the program had arrived (`shell/boot.js`). Each answer is used once.
 */
declare global {
  var quarterdeckStarted: Record<string, Promise<Response>> | undefined;
}

export function takeStarted(path: string): Promise<Response> | undefined {
  const started = globalThis.quarterdeckStarted?.[path];
  if (started) delete globalThis.quarterdeckStarted?.[path];
  return started;
}
