/**
 * What's new: the changelog of this release and those before it.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { whatsNewQuery } from '../api/queries';
import { useFormats } from '../i18n/format';
import { Page, PageHeader, Panel } from '../ui/layout';
import { LoadingPanel } from '../ui/Loading';
import { Problem } from '../ui/Problem';

const useStyles = makeStyles({
  section: {
    margin: `${tokens.spacingVerticalL} 0 ${tokens.spacingVerticalXS}`,
    fontSize: tokens.fontSizeBase300,
  },
  list: {
    margin: 0,
    paddingLeft: tokens.spacingHorizontalXL,
    maxWidth: '80ch',
    display: 'grid',
    gap: tokens.spacingVerticalXS,
  },
  date: { color: tokens.colorNeutralForeground3 },
});

export function WhatsNewPage() {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const { data, error, refetch } = useQuery(whatsNewQuery);
  return (
    <Page>
      <PageHeader title={t('page.whatsNew')} intro={t('whatsNew.intro')} />
      {error ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <LoadingPanel /> : null}
      {data?.releases.length === 0 ? <Panel>{t('whatsNew.none')}</Panel> : null}
      {data?.releases.map((release) => (
        <div key={release.version} id={`release-${release.version}`}>
          <Panel
            title={t('whatsNew.release', { version: release.version })}
            actions={release.date ? <span className={styles.date}>{format.date(release.date)}</span> : null}
          >
            {release.sections.map((section) => (
              <div key={section.title} lang="en">
                <h3 className={styles.section}>{section.title}</h3>
                <ul className={styles.list}>
                  {section.items.map((item) => (
                    <li key={item}>{item}</li>
                  ))}
                </ul>
              </div>
            ))}
          </Panel>
        </div>
      ))}
    </Page>
  );
}
