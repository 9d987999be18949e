/**
 * Issues in the environment that require action: what is wrong, what to do, and where.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { actionItemsQuery, type ActionItem } from '../../api/serviceHealth';
import { useFormats } from '../../i18n/format';
import { RouterLink } from '../../ui/links';
import { Time } from '../../ui/Time';
import { SeverityBadge } from './badges';
import { useRowStyles } from './Issues';
import { Section } from './Section';

const useStyles = makeStyles({
  list: { listStyleType: 'none', margin: 0, padding: 0 },
  item: {
    display: 'grid',
    gap: tokens.spacingVerticalXS,
    padding: `${tokens.spacingVerticalM} 0`,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    ':first-child': { borderTopStyle: 'none', paddingTop: 0 },
    breakInside: 'avoid',
  },
  advice: { margin: 0, maxWidth: '80ch' },
});

function isOwnPath(link: string): boolean {
  return /^\/(?![/\\])/.test(link);
}

function Item({ item }: { item: ActionItem }) {
  const styles = useStyles();
  const row = useRowStyles();
  const { t } = useTranslation();
  const format = useFormats();
  return (
    <li className={styles.item}>
      <span className={row.title}>{item.title}</span>
      <p className={styles.advice}>{item.advice}</p>
      <span className={row.meta}>
        <SeverityBadge severity={item.severity} />
        {item.affectedCount > 1 ? (
          <span>
            {t('health.affects', { count: item.affectedCount, number: format.number(item.affectedCount) })}
          </span>
        ) : null}
        <span>
          {t('health.since')} <Time iso={item.firstSeenDateTime} relative />
        </span>
        {isOwnPath(item.link) ? (
          <RouterLink to={item.link} aria-label={t('health.openNamed', { title: item.title })}>
            {t('health.open')}
          </RouterLink>
        ) : null}
      </span>
    </li>
  );
}

export function ActionItems() {
  const styles = useStyles();
  const { t, i18n } = useTranslation();
  const format = useFormats();
  const answer = useQuery(actionItemsQuery(i18n.language));
  const items = answer.data?.value ?? [];
  const count = answer.data?.['@odata.count'] ?? items.length;
  return (
    <Section title={t('health.actionsTitle', { count, number: format.number(count) })} answer={answer}>
      {items.length === 0 ? <p className={styles.advice}>{t('health.noActions')}</p> : null}
      <ul className={styles.list}>
        {items.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
    </Section>
  );
}
