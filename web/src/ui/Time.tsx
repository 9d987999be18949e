/**
 * A moment, as a date and time or as "5 minutes ago" with the exact moment on hover.
 */
import { useTranslation } from 'react-i18next';
import { useFormats } from '../i18n/format';
import { Unknown } from './layout';
import { useNow } from './useNow';

/** Graph answers the year 1 where nothing is known. */
export function isKnownTime(iso: string | null | undefined): iso is string {
  return typeof iso === 'string' && iso !== '' && !iso.startsWith('0001-');
}

interface TimeProps {
  iso: string | null | undefined;
  relative?: boolean;
  dateOnly?: boolean;
}

export function Time({ iso, relative, dateOnly }: TimeProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const now = useNow();
  if (!isKnownTime(iso)) return <Unknown label={t('value.unknown')} />;
  if (relative) {
    return (
      <time dateTime={iso} title={format.dateTime(iso)}>
        {format.relative(iso, now)}
      </time>
    );
  }
  return <time dateTime={iso}>{dateOnly ? format.date(iso) : format.dateTime(iso)}</time>;
}
