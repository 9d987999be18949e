/**
 * The reader's own page: who they are here, what they may do, and how the pages look to them.
 */
import { makeStyles, Radio, RadioGroup, tokens } from '@fluentui/react-components';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { THEMES, usePreferences, type Theme } from '../app/preferences';
import { useSession } from '../app/session';
import { LANGUAGE_NAMES, LANGUAGES, type Language } from '../i18n/i18n';
import { Identifier } from '../ui/Identifier';
import { Facts, Page, PageHeader, Panel } from '../ui/layout';

const useStyles = makeStyles({
  choices: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXXXL },
  legend: { display: 'block', fontWeight: tokens.fontWeightSemibold },
  permissions: {
    margin: 0,
    paddingLeft: tokens.spacingHorizontalL,
    columns: '260px 3',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    overflowWrap: 'anywhere',
  },
});

export function AccountPage() {
  const styles = useStyles();
  const { t } = useTranslation();
  const { user, tenant, permissions, version } = useSession();
  return (
    <Page>
      <PageHeader title={t('page.account')} intro={t('account.intro')} />
      <Panel title={t('account.appearance')}>
        <div className={styles.choices}>
          <LanguageChoice />
          <ThemeChoice />
        </div>
      </Panel>
      <Panel title={t('account.you')}>
        <Facts
          unknown={t('value.unknown')}
          facts={[
            { label: t('users.name'), value: user.displayName },
            { label: t('users.upn'), value: user.userPrincipalName },
            { label: t('tenant.name'), value: tenant.displayName },
            { label: t('tenant.domain'), value: tenant.domain },
            { label: t('account.tenantId'), value: tenant.id },
            { label: t('account.version'), value: version },
          ]}
        />
      </Panel>
      <Panel title={t('account.permissions')}>
        <ul className={styles.permissions}>
          {permissions.toSorted().map((permission) => (
            <li key={permission}>
              <Identifier name={permission} />
            </li>
          ))}
        </ul>
      </Panel>
    </Page>
  );
}

function LanguageChoice() {
  const styles = useStyles();
  const { t } = useTranslation();
  const { language, setLanguage } = usePreferences();
  const id = useId();
  return (
    <div>
      <span id={id} className={styles.legend}>
        {t('language.title')}
      </span>
      <RadioGroup
        aria-labelledby={id}
        value={language}
        onChange={(_, data) => setLanguage(data.value as Language)}
      >
        {LANGUAGES.map((code) => (
          <Radio key={code} value={code} label={<span lang={code}>{LANGUAGE_NAMES[code]}</span>} />
        ))}
      </RadioGroup>
    </div>
  );
}

function ThemeChoice() {
  const styles = useStyles();
  const { t } = useTranslation();
  const { theme, setTheme } = usePreferences();
  const id = useId();
  return (
    <div>
      <span id={id} className={styles.legend}>
        {t('theme.title')}
      </span>
      <RadioGroup aria-labelledby={id} value={theme} onChange={(_, data) => setTheme(data.value as Theme)}>
        {THEMES.map((name) => (
          <Radio key={name} value={name} label={t(`theme.${name}`)} />
        ))}
      </RadioGroup>
    </div>
  );
}
