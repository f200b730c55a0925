import Dormouse
