import CDormouse
import Dormouse
