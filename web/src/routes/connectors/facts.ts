/**
 * Facts that a credential or a setting tells of itself, under readable names.
 */
import type { Fact } from '../../ui/layout';

/** `serialNumber` as "Serial number": the server's own words, in English for every reader. */
export function readable(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function shown(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value))
    return value
      .map(shown)
      .filter((part) => part !== undefined)
      .join(', ');
  return value === null || value === undefined ? undefined : JSON.stringify(value);
}

export function factsOf(facts: Record<string, unknown> | null): Fact[] {
  return Object.entries(facts ?? {})
    .map(([name, value]) => ({ label: readable(name), value: shown(value) }))
    .filter((fact) => fact.value !== undefined && fact.value !== '');
}
