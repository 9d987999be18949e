/**
 * What people type in the forms of this page, as the server wants it.
 */

/** Names with commas between them, each once. */
export function names(text: string): string[] {
  const given = text.split(',').map((name) => name.trim());
  return [...new Set(given.filter((name) => name !== ''))];
}

/** The last second of a day (`2026-11-21`) where the reader is; undefined without a day. */
export function endOfDay(day: string): string | undefined {
  const end = new Date(`${day}T23:59:59`);
  return day === '' || Number.isNaN(end.getTime()) ? undefined : end.toISOString();
}

/** Whether a secret can be sent to this address: https, or this machine itself. */
export function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text.trim())) return false;
  const { protocol, hostname, search, hash } = new URL(text.trim());
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return (protocol === 'https:' || (protocol === 'http:' && isHere)) && search === '' && hash === '';
}
