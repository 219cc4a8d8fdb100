/// <reference path="./packages.d.ts" />
// shepherd.js as its documentation begins.
import Shepherd from 'shepherd.js';
import 'shepherd.js/dist/css/shepherd.css';

const tour = new Shepherd.Tour({ useModalOverlay: true });
tour.addStep({ id: 'here', title: 'Here', text: 'Press here.', attachTo: { element: '#target', on: 'bottom' }, buttons: [{ text: 'Next', action: tour.next }] });
Reflect.set(globalThis, 'startTour', () => tour.start());
