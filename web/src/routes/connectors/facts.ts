/**
 * Facts that a credential or a setting tells of itself, under readable names.
 */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fact } from '../../ui/layout';

/** `serialNumber` as "Serial number": the server's own words. */
export function readable(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function shown(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null && 'name' in value) return shown(value.name);
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value))
    return value
      .map(shown)
      .filter((part) => part !== undefined)
      .join(', ');
  return value === null || value === undefined ? undefined : JSON.stringify(value);
}

/** Names that are known in the reader's language; others as the server says them, made readable. */
export function useFacts(): (facts: Record<string, unknown> | null) => Fact[] {
  const { t, i18n } = useTranslation();
  return useCallback(
    (facts) =>
      Object.entries(facts ?? {}).flatMap(([name, value]) => {
        const key = [`factName.${name}`, `syncSetting.${name}`].find((known) => i18n.exists(known));
        const words = typeof value === 'boolean' ? t(value ? 'value.yes' : 'value.no') : shown(value);
        return words ? [{ label: key ? t(key as never) : readable(name), value: words }] : [];
      }),
    [t, i18n],
  );
}
