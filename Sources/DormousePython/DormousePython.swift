import CDormouse
import DormouseABI
