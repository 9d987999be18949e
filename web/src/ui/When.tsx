/**
 * A moment in both forms: the exact one in the reader's zone, and how far away it is.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../i18n/format';
import { Unknown } from './layout';
import { isKnownTime } from './Time';
import { useNow } from './useNow';

const useStyles = makeStyles({
  relative: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200, display: 'block' },
});

export function When({ iso, none }: { iso: string | null | undefined; none?: string }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const now = useNow();
  if (!isKnownTime(iso)) return none ? <>{none}</> : <Unknown label={t('value.unknown')} />;
  return (
    <time dateTime={iso}>
      {format.dateTime(iso)}
      <span className={styles.relative}>{format.relative(iso, now)}</span>
    </time>
  );
}
