/**
 * Where one stands in a long list, and the way forward and back. Says nothing when one page holds all.
 */
import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { ChevronLeftRegular, ChevronRightRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { PAGE_SIZE } from '../api/queries';
import { useFormats } from '../i18n/format';

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
    marginTop: tokens.spacingVerticalM,
  },
  buttons: { display: 'flex', gap: tokens.spacingHorizontalS, '@media print': { display: 'none' } },
});

interface PagerProps {
  page: number;
  /** Rows on this page. */
  shown: number;
  /** Rows in all, when the server counted them. */
  total: number | undefined;
  pageSize?: number;
  onPage: (page: number) => void;
}

export function Pager({ page, shown, total, pageSize = PAGE_SIZE, onPage }: PagerProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const from = (page - 1) * pageSize + 1;
  const to = from + shown - 1;
  const more = total === undefined ? shown === pageSize : to < total;
  if (shown === 0 && page === 1) return null;
  const values = { from: format.number(from), to: format.number(to), total: format.number(total ?? to) };
  return (
    <nav className={styles.bar} aria-label={t('pager.label')}>
      <Text role="status">
        {shown === 0
          ? t('pager.beyond')
          : total === undefined
            ? t('pager.range', values)
            : t('pager.rangeOf', values)}
      </Text>
      {page > 1 || more ? (
        <div className={styles.buttons}>
          <Button icon={<ChevronLeftRegular />} disabled={page <= 1} onClick={() => onPage(page - 1)}>
            {t('pager.previous')}
          </Button>
          <Button
            icon={<ChevronRightRegular />}
            iconPosition="after"
            disabled={!more}
            onClick={() => onPage(page + 1)}
          >
            {t('pager.next')}
          </Button>
        </div>
      ) : null}
    </nav>
  );
}
