/**
 * Tabs that are addresses: each tab is a path, the back button works, and they wrap on a phone.
 */
import { makeStyles, Tab, TabList, tokens } from '@fluentui/react-components';
import { useId, type ReactNode } from 'react';

const useStyles = makeStyles({
  tabs: {
    flexWrap: 'wrap',
    marginLeft: `calc(-1 * ${tokens.spacingHorizontalM})`,
    '@media print': { display: 'none' },
  },
  panel: {
    marginTop: tokens.spacingVerticalL,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXL,
  },
});

interface PageTabsProps<T extends string> {
  label: string;
  tabs: { value: T; label: string }[];
  selected: T;
  onSelect: (value: T) => void;
  children: ReactNode;
}

export function PageTabs<T extends string>({ label, tabs, selected, onSelect, children }: PageTabsProps<T>) {
  const styles = useStyles();
  const id = useId();
  return (
    <div>
      <TabList
        className={styles.tabs}
        aria-label={label}
        selectedValue={selected}
        onTabSelect={(_, data) => onSelect(data.value as T)}
      >
        {tabs.map((tab) => (
          <Tab key={tab.value} value={tab.value} id={`${id}-${tab.value}`} aria-controls={`${id}-panel`}>
            {tab.label}
          </Tab>
        ))}
      </TabList>
      <div className={styles.panel} role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${selected}`}>
        {children}
      </div>
    </div>
  );
}
