/**
 * Numbers, dates and sizes in the reader's language, by `Intl` only.
 */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

const SIZE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;
const RELATIVE_UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

export interface Formats {
  number(value: number): string;
  dateTime(iso: string): string;
  date(iso: string): string;
  /** A warehouse `dateKey` such as 20261120. */
  dateKey(key: number): string;
  /** Powers of 1024 with the familiar names, as operating systems show them. */
  bytes(value: number): string;
  relative(iso: string, now: number): string;
  /** Whole days, hours or minutes, in words. */
  duration(seconds: number): string;
  list(values: string[]): string;
  /** The name of a country given by its two letters; anything else as it is. */
  region(code: string): string;
}

function invalid(date: Date): boolean {
  return Number.isNaN(date.getTime());
}

export function formats(language: string): Formats {
  const number = new Intl.NumberFormat(language);
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  // "1 day ago", not "yesterday": 30 hours ago may be either.
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'always' });
  const justNow = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(0, 'second');
  const regions = new Intl.DisplayNames(language, { type: 'region' });
  const list = new Intl.ListFormat(language, { type: 'conjunction' });

  return {
    number: (value) => number.format(value),
    dateTime: (iso) => {
      const at = new Date(iso);
      return invalid(at) ? iso : dateTime.format(at);
    },
    date: (iso) => {
      const at = new Date(iso.length === 10 ? `${iso}T12:00:00` : iso);
      return invalid(at) ? iso : date.format(at);
    },
    dateKey: (key) => {
      const at = new Date(Date.UTC(Math.floor(key / 10_000), (Math.floor(key / 100) % 100) - 1, key % 100));
      return invalid(at) ? String(key) : day.format(at);
    },
    bytes: (value) => {
      const step = value < 1 ? 0 : Math.min(SIZE_UNITS.length - 1, Math.floor(Math.log2(value) / 10));
      const scaled = value / 1024 ** step;
      return new Intl.NumberFormat(language, {
        style: 'unit',
        unit: SIZE_UNITS[step] ?? 'byte',
        unitDisplay: step === 0 ? 'long' : 'short',
        maximumFractionDigits: scaled < 10 && step > 0 ? 1 : 0,
      }).format(scaled);
    },
    relative: (iso, now) => {
      const at = new Date(iso);
      if (invalid(at)) return iso;
      const difference = at.getTime() - now;
      const [unit, size] = RELATIVE_UNITS.find(([, length]) => Math.abs(difference) >= length) ?? [];
      return unit && size ? relative.format(Math.trunc(difference / size), unit) : justNow;
    },
    duration: (seconds) => {
      const [unit, size] = RELATIVE_UNITS.find(([, length]) => (seconds * 1000) % length === 0) ?? [
        'second',
        1000,
      ];
      const words = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
      return words.format((seconds * 1000) / size);
    },
    list: (values) => list.format(values),
    region: (code) => (/^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code),
  };
}

export function useFormats(): Formats {
  const { i18n } = useTranslation();
  return useMemo(() => formats(i18n.language), [i18n.language]);
}
