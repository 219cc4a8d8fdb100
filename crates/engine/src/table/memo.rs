//! Results that questions after this one will want again, by the rule that they were found by.

use std::cell::RefCell;
use std::rc::Rc;

/// How many results are kept: those asked for last.
const CAPACITY: usize = 32;

/// Remembers what was found for the rules asked for last. It only saves time: a rule's result never changes, because the
/// data do not.
#[derive(Debug)]
pub struct Memo<K, V>(RefCell<Vec<(K, Rc<V>)>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: PartialEq + Clone, V> Memo<K, V> {
    /// What was found for `rule`; found now if it is not known. O(rules kept) comparisons.
    ///
    /// ```
    /// use cairn_engine::table::memo::Memo;
    /// let memo = Memo::default();
    /// let first = memo.find(&"rule", || Ok::<_, ()>(vec![1, 2]));
    /// assert_eq!(memo.find(&"rule", || unreachable!("it is known")), first);
    /// ```
    ///
    /// # Errors
    /// What `find` fails with; nothing is remembered then.
    pub fn find<E>(&self, rule: &K, find: impl FnOnce() -> Result<V, E>) -> Result<Rc<V>, E> {
        let place = self.0.borrow().iter().position(|(known, _)| known == rule);
        let entry = match place {
            Some(place) => self.0.borrow_mut().remove(place),
            // Not borrowed meanwhile, since what is looked for may look for other things.
            None => (rule.clone(), Rc::new(find()?)),
        };
        let result = Rc::clone(&entry.1);
        let mut entries = self.0.borrow_mut();
        entries.push(entry);
        if entries.len() > CAPACITY {
            entries.remove(0);
        }
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_last_is_remembered_and_a_failure_is_not() {
        let memo = Memo::default();
        let found = std::cell::Cell::new(0);
        let ask = |rule: usize| {
            memo.find(&rule, || {
                found.set(found.get() + 1);
                Ok::<_, ()>(rule * 2)
            })
        };
        (0..CAPACITY).for_each(|rule| assert_eq!(*ask(rule).unwrap(), rule * 2));
        assert_eq!(ask(0).as_deref(), Ok(&0));
        assert_eq!(found.get(), CAPACITY);
        ask(CAPACITY).unwrap();
        // Rule 1 is the one that nobody has asked for since.
        ask(0).unwrap();
        assert_eq!(found.get(), CAPACITY + 1);
        ask(1).unwrap();
        assert_eq!(found.get(), CAPACITY + 2);
        assert_eq!(memo.find(&99, || Err("no")), Err("no"));
        assert_eq!(memo.find(&99, || Ok::<_, ()>(7)).as_deref(), Ok(&7));
    }
}
